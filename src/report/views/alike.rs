//! Groups of alike answers, found without the codebook.

use serde::Serialize;

use crate::patterns::{Prevalence, Subject};
use crate::record::ClusterSummary;
use crate::report::compose::{Composer, CountView, QuoteView};

/// Groups that are told in full at most.
const MOST: usize = 40;

/// The section.
#[derive(Debug, Serialize)]
pub struct AlikeSection {
    groups: Vec<AlikeView>,
    /// Groups of two answers or more that are not told here.
    more: usize,
    /// Answers that are like no other.
    alone: usize,
}

#[derive(Debug, Serialize)]
struct AlikeView {
    anchor: String,
    label: String,
    count: CountView,
    reach: Vec<String>,
    quotes: Vec<QuoteView>,
}

/// Puts the section together: the largest first.
pub fn alike(composer: &mut Composer<'_>) -> AlikeSection {
    let least = if composer.source.is_shared() { composer.least().max(2) } else { 2 };
    let clusters = &composer.source.analysis.clusters;
    let alone = clusters.iter().filter(|cluster| cluster.size == 1).count();
    let told: Vec<(&ClusterSummary, &Prevalence)> = clusters
        .iter()
        .filter(|cluster| cluster.size >= least)
        .filter_map(|cluster| Some((cluster, composer.source.patterns.of(&Subject::Cluster { id: cluster.id })?)))
        .filter(|(_, entry)| composer.source.may_tell(&entry.subject, &entry.answers))
        .collect();
    let more = if composer.source.is_shared() { 0 } else { told.len().saturating_sub(MOST) };
    let groups = told.into_iter().take(MOST).map(|(cluster, entry)| view(composer, cluster, entry)).collect();
    AlikeSection { groups, more, alone }
}

fn view(composer: &mut Composer<'_>, cluster: &ClusterSummary, entry: &Prevalence) -> AlikeView {
    let title = composer.subject_title(&entry.subject);
    let filter = composer.filter(&entry.subject);
    let reach = entry.breadth.iter().filter_map(|breadth| composer.groups_of(&breadth.attribute, &breadth.groups));
    let reach = reach.collect();
    AlikeView {
        anchor: super::themes::anchor(&entry.subject),
        label: cluster.label.clone(),
        count: composer.count(&entry.answers, &title, &filter, &entry.rows),
        reach,
        quotes: cluster.quotes.iter().take(3).filter_map(|&row| composer.whole_answer(row)).collect(),
    }
}
