//! Emergence: what the codebook does not cover, as codes that could be added.
//!
//! The answers that no code fits (none of the above, undecided, or coded by scores that are all low) are grouped among
//! themselves; each group that several voices stand behind is a suggested code, with the words that set it apart.

use rayon::prelude::*;
use serde::Serialize;

use super::Wording;
use super::count::{Count, Reach, Unit};
use super::frame::Frame;
use super::quotes::{Quote, best};
use super::reading::ReadWords;
use super::settings::PatternSettings;
use crate::cluster::{self, Answers, ClusterError, ClusterSettings};
use crate::encode::Vectors;
use crate::record::{Analysis, Record};
use crate::tag::Outcome;
use crate::text::{Language, Lexicon};

/// A code that the codebook might lack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SuggestedCode {
    /// Two to four words as the answers write them.
    pub label: String,
    /// Words that set these answers apart from all others, most telling first.
    pub words: Vec<String>,
    /// The answers, of the answers with content.
    pub answers: Count,
    /// Those of them that got no code at all.
    pub uncoded: usize,
    /// Voices behind it, of all voices.
    pub voices: Count,
    /// How far the answers are from every code: the mean of one less the highest score of any topic or pattern.
    pub distance: f64,
    /// How alike they are: the mean cosine to their centre, in the centred space.
    pub cohesion: f64,
    /// In how many groups, per attribute.
    pub reach: Vec<Reach>,
    /// The answers, in input order.
    pub rows: Vec<usize>,
    /// The most typical, then those that differ.
    pub quotes: Vec<Quote>,
}

/// Highest score of any topic or pattern under which a coded answer counts as far from every code.
const FAR: f64 = 0.3;
/// Fewest answers of a suggestion.
const FEWEST: usize = 4;
/// At most so many answers are grouped; of more, evenly over their ids, so that the work does not grow with them.
const MOST_GROUPED: usize = 8_000;
/// Words per suggestion at most.
const MOST_WORDS: usize = 6;
/// Suggestions at most.
const MOST_SUGGESTED: usize = 50;

/// The answers that no code fits, in input order: what is to be encoded for [`group`].
pub fn far_from_every_code(analysis: &Analysis) -> Vec<usize> {
    let far = |record: &Record| match record.tagging.outcome {
        Outcome::NoContent => false,
        Outcome::NoneOfTheAbove | Outcome::Undecided => true,
        Outcome::Coded => nearest_code(record) < FAR,
    };
    let mut rows: Vec<usize> = (0..analysis.records.len()).filter(|&row| far(&analysis.records[row])).collect();
    if rows.len() > MOST_GROUPED {
        // By id, so that the choice does not hang on the order of rows.
        rows.sort_by(|&one, &other| analysis.records[one].answer.id.cmp(&analysis.records[other].answer.id));
        let all = rows.len();
        rows = (0..MOST_GROUPED).map(|step| rows[step * all / MOST_GROUPED]).collect();
        rows.sort_unstable();
    }
    rows
}

/// The highest score of any topic or pattern, listed or not.
fn nearest_code(record: &Record) -> f64 {
    let tagging = &record.tagging;
    let all = tagging.all_scores.topics.values().chain(tagging.all_scores.patterns.values());
    let listed = tagging.topics.iter().chain(&tagging.patterns).map(|tag| &tag.score);
    all.chain(listed).map(|score| score.value()).fold(0.0, f64::max)
}

/// The answers that no code fits in groups of alike ones, before anything is counted by groups of people: the same for
/// both editions of a run.
#[derive(Debug)]
pub struct Emerging {
    rows: Vec<usize>,
    groups: Vec<EmergingGroup>,
}

#[derive(Debug)]
struct EmergingGroup {
    label: String,
    words: Vec<String>,
    rows: Vec<usize>,
    quotes: Vec<usize>,
    distance: f64,
    cohesion: f64,
}

/// Groups the answers that no code fits.
///
/// `rows` and `vectors` go together: the answers of [`far_from_every_code`] with the vector of each.
///
/// # Errors
/// [`ClusterError`] where the vectors do not fit the rows.
pub fn group(
    analysis: &Analysis,
    rows: Vec<usize>,
    vectors: &Vectors,
    wording: &Wording,
) -> Result<Emerging, ClusterError> {
    if rows.len() < FEWEST {
        return Ok(Emerging { rows, groups: Vec::new() });
    }
    let view = cluster::rows(vectors.dimension(), vectors.values())?;
    let content = vec![true; rows.len()];
    // About as many groups as answers in each: a list that can be read, of groups that can be seen.
    let wanted = rows.len().isqrt().max(1);
    let clustering = match cluster::cluster(view, &content, Some(wanted), &ClusterSettings::default()) {
        // Equal texts may leave fewer different answers than groups are wanted.
        Err(ClusterError::TooManyClusters { distinct, .. }) => {
            cluster::cluster(view, &content, Some(distinct.max(1)), &ClusterSettings::default())?
        }
        other => other?,
    };
    let records: Vec<&Record> = rows.iter().map(|&row| &analysis.records[row]).collect();
    let texts: Vec<&str> = records.iter().map(|record| record.shown.as_str()).collect();
    let bokmal: Vec<bool> = records.iter().map(|record| record.tagging.language == Language::Nb).collect();
    let described = cluster::describe(
        view,
        &Answers { texts: &texts, preferred: &bokmal, quotable: &content },
        &clustering,
        Lexicon::get(),
    )?;
    let words = WordCounts::of(&wording.words, analysis.records.len());
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); clustering.count];
    for (position, group) in clustering.membership.iter().enumerate() {
        if let Some(list) = group.and_then(|group| members.get_mut(group as usize)) {
            list.push(position);
        }
    }
    let groups = described
        .into_par_iter()
        .zip(members)
        .filter(|(_, members)| members.len() >= FEWEST)
        .map(|(group, members)| {
            let of = |positions: &[usize]| positions.iter().filter_map(|&at| rows.get(at).copied()).collect();
            let own: Vec<usize> = of(&members);
            let scores = members.iter().filter_map(|&at| clustering.scores.get(at));
            let cohesion = scores.map(|score| score.value()).sum::<f64>() / members.len() as f64;
            let distances = own.iter().map(|&row| 1.0 - nearest_code(&analysis.records[row]));
            EmergingGroup {
                label: group.label,
                words: words.telling(&own),
                quotes: of(&group.quotes),
                distance: distances.sum::<f64>() / own.len() as f64,
                cohesion,
                rows: own,
            }
        })
        .collect();
    Ok(Emerging { rows, groups })
}

/// Suggested codes, most worth adding first: many voices, far from every code, alike among themselves.
pub fn suggest(analysis: &Analysis, emerging: &Emerging, settings: &PatternSettings) -> Vec<SuggestedCode> {
    if emerging.rows.len() < FEWEST {
        return Vec::new();
    }
    let frame = Frame::new(analysis, settings);
    let all = frame.content_rows();
    let voices = frame.voices_of(&all).len();
    let mut found: Vec<SuggestedCode> = emerging
        .groups
        .par_iter()
        .map(|group| {
            let own = &group.rows;
            let central = |row: usize| {
                let place = group.quotes.iter().position(|&quote| quote == row);
                (place.map_or(0.0, |place| 1.0 / (place as f64 + 1.0)), Vec::new())
            };
            SuggestedCode {
                label: group.label.clone(),
                words: group.words.clone(),
                answers: Count::new(Unit::Answers, own.len(), all.len()),
                uncoded: own.iter().filter(|&&row| frame.records[row].tagging.outcome != Outcome::Coded).count(),
                voices: Count::new(frame.voice_unit, frame.voices_of(own).len(), voices),
                distance: group.distance,
                cohesion: group.cohesion,
                reach: frame.reach(own, &all),
                quotes: best(&frame, own, settings, central),
                rows: own.clone(),
            }
        })
        .filter(|code| code.voices.k >= FEWEST.min(settings.min_voices))
        .collect();
    let worth = |code: &SuggestedCode| code.voices.k as f64 * code.distance * code.cohesion * code.cohesion;
    found.sort_by(|one, other| worth(other).total_cmp(&worth(one)).then_with(|| one.label.cmp(&other.label)));
    found.truncate(MOST_SUGGESTED);
    if let Some(rules) = settings.small_cells.as_ref().filter(|rules| rules.suppress_cells) {
        for code in &mut found {
            let few = code.voices.k < rules.min_group_size;
            code.answers.suppressed = few;
            code.voices.suppressed = few;
        }
    }
    found
}

/// In how many answers each content lemma stands, and the form people write most.
struct WordCounts<'a> {
    words: &'a ReadWords,
    /// Per lemma.
    answers: Vec<(usize, &'a str)>,
    rows: usize,
}

impl<'a> WordCounts<'a> {
    fn of(words: &'a ReadWords, rows: usize) -> Self {
        let mut uses: Vec<(u32, u32)> = (0..rows).into_par_iter().flat_map_iter(|row| words.content_of(row)).collect();
        uses.par_sort_unstable();
        let mut answers = vec![(0, ""); words.lemmas()];
        for uses in uses.chunk_by(|one, other| one.0 == other.0) {
            let entry = uses.first().and_then(|&(lemma, _)| answers.get_mut(lemma as usize));
            let form = words.commonest(uses.iter().map(|&(_, form)| form).collect());
            if let Some((entry, form)) = entry.zip(form) {
                *entry = (uses.len(), form);
            }
        }
        WordCounts { words, answers, rows }
    }

    /// Words in two or more of `rows`, by how much more often than elsewhere (the signed log-likelihood of Dunning
    /// 1993, Computational Linguistics 19, without its small terms).
    fn telling(&self, rows: &[usize]) -> Vec<String> {
        let mut inside: Vec<u32> =
            rows.iter().flat_map(|&row| self.words.content_of(row)).map(|(lemma, _)| lemma).collect();
        inside.sort_unstable();
        let mut ranked: Vec<(f64, &str)> = inside
            .chunk_by(|one, other| one == other)
            .filter(|same| same.len() >= 2)
            .filter_map(|same| {
                let k = same.len() as f64;
                let &(all, form) = self.answers.get(*same.first()? as usize)?;
                let expected = all as f64 * rows.len() as f64 / self.rows.max(1) as f64;
                Some((k * (k / expected).ln(), form))
            })
            .filter(|(telling, _)| *telling > 0.0)
            .collect();
        ranked.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
        ranked.into_iter().take(MOST_WORDS).map(|(_, form)| form.to_owned()).collect()
    }
}
