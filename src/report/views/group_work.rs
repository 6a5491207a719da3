//! What the groups did besides writing: votes, placements and where they look.

use serde::Serialize;

use super::consensus::{claim, word_of};
use crate::codebook::Level;
use crate::group_work::{Agreement, ClaimSplit, GroupWork, Matrix, TopicVotes};
use crate::patterns::{Count, Side};
use crate::report::charts::{Bar, shade};
use crate::report::compose::Composer;

/// Topic names that a cell of the matrix shows at most.
const NAMES_IN_CELL: usize = 3;
/// Characters of a name in a cell at most.
const LONGEST_NAME: usize = 16;
/// Rows left out that are listed at most.
const MOST_PROBLEMS: usize = 50;

/// The section; absent where there is no group work.
#[derive(Debug, Serialize)]
pub struct GroupWorkSection {
    kept_by: Option<String>,
    cards: Vec<CardView>,
    topics: Vec<TopicRow>,
    at_first_only: Vec<String>,
    matrix: Option<MatrixView>,
    orientation: Option<OrientationView>,
    problems: Vec<String>,
    problems_total: usize,
    unknown_groups: usize,
}

#[derive(Debug, Serialize)]
struct CardView {
    theme: String,
    tied: bool,
    topics: Vec<CardTopic>,
}

#[derive(Debug, Serialize)]
struct CardTopic {
    name: String,
    support: String,
    split: Option<SplitView>,
}

/// How the groups chose between the claims of a card they kept.
#[derive(Debug, Serialize)]
struct SplitView {
    word: String,
    word_class: &'static str,
    /// The leading claim's letter and words; none where the groups are even.
    side: Option<&'static str>,
    claim: Option<String>,
    of: String,
    rest: Vec<String>,
}

#[derive(Debug, Serialize)]
struct TopicRow {
    name: String,
    initial: String,
    kept: String,
    split: Option<SplitView>,
    text: Option<String>,
    text_href: Option<String>,
    agreement: Option<String>,
    in_groups: Option<String>,
}

#[derive(Debug, Serialize)]
struct MatrixView {
    title: String,
    description: String,
    width: f64,
    height: f64,
    columns: Vec<Label>,
    rows: Vec<MatrixRow>,
    throughout: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Label {
    x: f64,
    text: String,
}

#[derive(Debug, Serialize)]
struct MatrixRow {
    y: f64,
    name: String,
    cells: Vec<MatrixCellView>,
}

#[derive(Debug, Serialize)]
struct MatrixCellView {
    x: f64,
    shade: usize,
    count: String,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    y: f64,
    text: String,
}

#[derive(Debug, Serialize)]
struct OrientationView {
    n: String,
    rows: Vec<OrientationRow>,
}

#[derive(Debug, Serialize)]
struct OrientationRow {
    name: String,
    text: String,
    bar: Option<Bar>,
}

/// Puts the section together, where there is anything to tell.
pub fn group_work(composer: &mut Composer<'_>) -> Option<GroupWorkSection> {
    let work = composer.source.patterns.group_work.as_ref()?;
    let internal = !composer.source.is_shared();
    let shown =
        if internal { work.problems.iter().take(MOST_PROBLEMS).map(ToString::to_string).collect() } else { Vec::new() };
    let of_groups = |k: usize, n: usize| groups_of(composer, work, k, n);
    let first_only = work.topics.iter().filter(|topic| topic.at_first_only).map(|topic| {
        composer.words.fill(
            "votes_first_only_item",
            &[
                ("name", &composer.code_name(Level::Topic, &topic.topic)),
                ("votes", &composer.unless_small(topic.initial)),
                ("kept", &of_groups(topic.kept.k, topic.kept.n)),
            ],
        )
    });
    Some(GroupWorkSection {
        kept_by: (work.keeping_groups > 0).then(|| {
            composer.words.fill(
                "votes_kept_by",
                &[
                    ("voted", &composer.numbers.whole(work.voting_groups)),
                    ("kept", &composer.numbers.whole(work.keeping_groups)),
                    ("groups", plural(composer, work)),
                ],
            )
        }),
        cards: work.cards.iter().map(|card| card_view(composer, work, card)).collect(),
        topics: work.topics.iter().map(|topic| topic_row(composer, work, topic)).collect(),
        at_first_only: first_only.collect(),
        matrix: work.matrix.as_ref().map(|matrix| matrix_view(composer, work, matrix)),
        orientation: work.orientation.as_ref().map(|_| orientation_view(composer, work)),
        problems: shown,
        problems_total: if internal { work.problems.len() } else { 0 },
        unknown_groups: if internal { work.unknown_groups } else { 0 },
    })
}

fn plural<'a>(composer: &'a Composer<'_>, work: &'a GroupWork) -> &'a str {
    let name = work.attribute.as_deref().unwrap_or("gruppe");
    composer.words.plural(name).unwrap_or(name)
}

/// `8 av 12 bord`.
fn groups_of(composer: &Composer<'_>, work: &GroupWork, k: usize, n: usize) -> String {
    let (k, n) = (composer.numbers.whole(k), composer.numbers.whole(n));
    composer.words.fill("some_groups", &[("k", &k), ("n", &n), ("groups", plural(composer, work))])
}

fn card_view(composer: &Composer<'_>, work: &GroupWork, card: &crate::group_work::CardOfTheme) -> CardView {
    let topics: Vec<&TopicVotes> = card.leading.iter().filter_map(|leading| work.topics.get(leading.topic)).collect();
    CardView {
        theme: composer.code_name(Level::Theme, &card.theme),
        tied: topics.len() > 1,
        topics: topics
            .into_iter()
            .map(|topic| CardTopic {
                name: composer.code_name(Level::Topic, &topic.topic),
                support: support(composer, work, topic),
                split: split(composer, work, topic),
            })
            .collect(),
    }
}

/// What speaks for a topic: the groups that kept it, and its votes at first.
fn support(composer: &Composer<'_>, work: &GroupWork, topic: &TopicVotes) -> String {
    let mut parts = Vec::new();
    if topic.kept.n > 0 {
        let kept = groups_of(composer, work, topic.kept.k, topic.kept.n);
        parts.push(composer.words.fill("votes_kept", &[("kept", &kept)]));
    }
    if topic.initial > 0 {
        parts.push(composer.words.fill("votes_initial", &[("votes", &composer.unless_small(topic.initial))]));
    }
    parts.join(", ")
}

fn split(composer: &Composer<'_>, work: &GroupWork, topic: &TopicVotes) -> Option<SplitView> {
    let claims = &topic.claims;
    if claims.a + claims.b + claims.both + claims.even == 0 {
        return None;
    }
    let (word, word_class) = word_of(composer, claims.word);
    let side = claims.lead;
    let of = match side {
        Some(_) => groups_of(composer, work, claims.leading.k, claims.leading.n),
        None => composer.words.fill(
            "against_groups",
            &[
                ("a", &composer.numbers.whole(claims.a)),
                ("b", &composer.numbers.whole(claims.b)),
                ("groups", plural(composer, work)),
            ],
        ),
    };
    Some(SplitView {
        word,
        word_class,
        side: side.map(crate::export::consensus::side_id),
        claim: side.map(|side| claim(composer, &topic.topic, side)),
        of,
        rest: rest(composer, claims),
    })
}

/// Always told: how many held both, split evenly, or chose neither claim.
fn rest(composer: &Composer<'_>, claims: &ClaimSplit) -> Vec<String> {
    let other = match claims.lead {
        Some(Side::A) => ("votes_for_b", claims.b),
        Some(Side::B) => ("votes_for_a", claims.a),
        None => ("votes_for_a", 0),
    };
    [other, ("votes_both", claims.both), ("votes_even", claims.even), ("votes_silent", claims.silent)]
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(key, number)| composer.words.fill(key, &[("n", &composer.numbers.whole(number))]))
        .collect()
}

fn topic_row(composer: &Composer<'_>, work: &GroupWork, topic: &TopicVotes) -> TopicRow {
    let entry = composer.source.patterns.consensus.iter().find(|entry| entry.topic == topic.topic);
    let text = topic.text.as_ref().and_then(|text| text.side);
    let told = text.zip(entry).map(|(side, entry)| {
        let (word, _) = word_of(composer, side.word);
        if composer.source.hides_sides(entry)
            || side.word == crate::patterns::ConsensusWord::TooFew && composer.source.is_shared()
        {
            return word;
        }
        let (a, b) = (composer.numbers.whole(side.a), composer.numbers.whole(side.b));
        composer.words.fill("votes_text", &[("a", &a), ("b", &b), ("word", &word)])
    });
    let agreement = topic.text.as_ref().and_then(|text| match text.agreement {
        Agreement::Same => Some("votes_same"),
        Agreement::Opposite => Some("votes_opposite"),
        Agreement::BothSplit => Some("votes_both_split"),
        Agreement::OneSplit => Some("votes_one_split"),
        Agreement::TooFew => None,
    });
    let in_groups = topic.text.as_ref().and_then(|text| text.same_in_groups).filter(|_| !composer.source.is_shared());
    TopicRow {
        name: composer.code_name(Level::Topic, &topic.topic),
        initial: composer.unless_small(topic.initial),
        kept: if topic.kept.n > 0 { composer.of(&topic.kept) } else { String::new() },
        split: split(composer, work, topic),
        text_href: told.is_some().then(|| format!("#{}", super::consensus::anchor(&topic.topic))),
        text: told,
        agreement: agreement.map(|key| composer.word(key)),
        in_groups: in_groups.map(|count| {
            let (k, n) = (composer.numbers.whole(count.k), composer.numbers.whole(count.n));
            composer.words.fill("votes_in_groups", &[("k", &k), ("n", &n), ("groups", plural(composer, work))])
        }),
    }
}

// The matrix in its own units.
const LABELS: f64 = 122.0;
const CELL: f64 = 148.0;
const HEAD: f64 = 34.0;
const ROW: f64 = 92.0;
const GAP: f64 = 4.0;

fn matrix_view(composer: &Composer<'_>, work: &GroupWork, matrix: &Matrix) -> MatrixView {
    let most = matrix.cells.iter().flatten().map(|cell| cell.placements).max().unwrap_or(0);
    let mut names = matrix.phases.clone();
    if matrix.has_throughout {
        names.push(composer.word("matrix_throughout"));
    }
    let place = |position: usize, first: f64, step: f64| first + position as f64 * step;
    let rows = matrix.scopes.iter().zip(&matrix.cells).enumerate().map(|(position, (scope, cells))| MatrixRow {
        y: place(position, HEAD, ROW),
        name: facet_name(composer, "scope", scope),
        cells: cells
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let share = Count::new(crate::patterns::Unit::Groups, cell.placements, most);
                let shown = cell.topics.iter().take(NAMES_IN_CELL).enumerate();
                let mut lines: Vec<Line> = shown
                    .map(|(line, (topic, groups))| Line {
                        y: place(line, 40.0, 14.0),
                        text: format!("{groups} {}", shortened(&composer.code_name(Level::Topic, topic))),
                    })
                    .collect();
                let more = cell.topics.len().saturating_sub(NAMES_IN_CELL);
                if more > 0 {
                    let more = composer.numbers.whole(more);
                    lines.push(Line { y: 82.0, text: composer.words.fill("matrix_more", &[("n", &more)]) });
                }
                MatrixCellView {
                    x: place(column, LABELS, CELL),
                    shade: shade(&share, 1.0),
                    count: composer.numbers.whole(cell.placements),
                    lines,
                }
            })
            .collect(),
    });
    let sum: usize = matrix.cells.iter().flatten().map(|cell| cell.placements).sum();
    let busiest = busiest(composer, matrix, &names);
    MatrixView {
        title: composer.word("matrix_heading"),
        description: composer.words.fill("matrix_title", &[("n", &composer.numbers.whole(sum)), ("most", &busiest)]),
        width: place(names.len(), LABELS, CELL) + GAP,
        height: place(matrix.scopes.len(), HEAD, ROW) + GAP,
        rows: rows.collect(),
        columns: names
            .iter()
            .enumerate()
            .map(|(column, name)| Label { x: place(column, LABELS, CELL), text: name.clone() })
            .collect(),
        throughout: matrix
            .throughout
            .iter()
            .map(|(topic, count)| {
                let of = groups_of(composer, work, count.k, count.n);
                format!("{} ({of})", composer.code_name(Level::Topic, topic))
            })
            .collect(),
    }
}

/// The cell with most placements, in words.
fn busiest(composer: &Composer<'_>, matrix: &Matrix, columns: &[String]) -> String {
    let cells =
        matrix.scopes.iter().zip(&matrix.cells).flat_map(|(scope, row)| {
            row.iter().zip(columns).map(move |(cell, column)| (cell.placements, scope, column))
        });
    let most = cells.rev().max_by_key(|(placements, ..)| *placements);
    most.map_or_else(String::new, |(placements, scope, column)| {
        format!("{} × {column}: {}", facet_name(composer, "scope", scope), composer.numbers.whole(placements))
    })
}

/// A facet value's name; as written where the codebook has none.
fn facet_name(composer: &Composer<'_>, facet: &str, value: &str) -> String {
    let values = composer.source.codebook.facets.iter().find(|entry| entry.id == facet).map(|entry| &entry.values);
    let found = values.into_iter().flatten().find(|entry| entry.id == value);
    let name = found.map(|entry| entry.meaning.name.get(composer.description.language)).unwrap_or_default();
    if name.is_empty() { value.to_owned() } else { name.to_owned() }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    format!("{}…", name.chars().take(LONGEST_NAME - 1).collect::<String>().trim_end())
}

fn orientation_view(composer: &Composer<'_>, work: &GroupWork) -> OrientationView {
    let Some(orientation) = &work.orientation else { return OrientationView { n: String::new(), rows: Vec::new() } };
    let shared = composer.source.is_shared();
    let counts = orientation.shown(shared.then_some(composer.source.least));
    let rows = orientation.values.iter().zip(counts).map(|(value, count)| {
        let name = if orientation.is_time { facet_name(composer, "time", &value.value) } else { value.value.clone() };
        let text = composer.of(&count);
        let title = composer.words.fill("votes_bar", &[("name", &name), ("of", &text)]);
        let bar = (!count.suppressed && count.n > 0).then(|| Bar::new(&count, 1.0, title));
        OrientationRow { name, text, bar }
    });
    OrientationView { n: composer.numbers.whole(orientation.n), rows: rows.collect() }
}
