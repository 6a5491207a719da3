//! "Dette kan vi gjøre nå": proposals to oneself or one's own organisation, by topic.

use serde::Serialize;

use crate::codebook::Level;
use crate::patterns::{OwnSteps, Subject};
use crate::report::compose::{Composer, CountView, QuoteView};

/// Quotes of each topic.
const QUOTES: usize = 3;
/// The filter on `answers.csv` that gives all of them.
const FILTER: &str = "facet_form = proposal & facet_addressee = own_work | own_organisation";

/// The section.
#[derive(Debug, Serialize)]
pub struct OwnStepsSection {
    topics: Vec<TopicView>,
    all: String,
}

#[derive(Debug, Serialize)]
struct TopicView {
    name: String,
    count: CountView,
    own_work: String,
    reach: Vec<String>,
    quotes: Vec<QuoteView>,
}

/// Puts the section together: topics with most proposals first.
pub fn own_steps(composer: &mut Composer<'_>) -> OwnStepsSection {
    let source = composer.source;
    let all = source.patterns.own_steps.first().map_or(0, |entry| entry.answers.n);
    let told = source.patterns.own_steps.iter().filter(|entry| {
        !entry.answers.suppressed && !source.is_small(entry.answers.k) && !source.is_small(entry.answers.n)
    });
    let topics = told.map(|entry| topic(composer, entry)).collect();
    OwnStepsSection { topics, all: composer.unless_small(all) }
}

fn topic(composer: &mut Composer<'_>, entry: &OwnSteps) -> TopicView {
    let (name, filter) = match &entry.topic {
        Some(code) => {
            let subject = Subject::code(Level::Topic, code.as_str());
            (composer.name(&subject), format!("{} & {FILTER}", composer.filter(&subject)))
        }
        None => (composer.word("own_steps_no_topic"), format!("topic_* ≠ 1 & {FILTER}")),
    };
    let title = composer.words.fill("own_steps_title", &[("name", &name)]);
    let rest = entry.answers.k - entry.own_work;
    // Where one part is small, the other gives it away.
    let told = !composer.source.is_small(entry.own_work) && !composer.source.is_small(rest);
    let parts = composer.words.fill(
        "own_steps_parts",
        &[("work", &composer.numbers.whole(entry.own_work)), ("organisation", &composer.numbers.whole(rest))],
    );
    TopicView {
        name,
        count: composer.count(&entry.answers, &title, &filter, &entry.rows),
        own_work: if told { parts } else { String::new() },
        reach: composer.reach(&entry.reach),
        quotes: entry.quotes.iter().filter_map(|quote| composer.quote(quote)).take(QUOTES).collect(),
    }
}
