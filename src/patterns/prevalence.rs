//! Prevalence: how many answers and respondents mention something, and in how many groups.

use serde::Serialize;

use super::count::{Count, Subject, Unit};
use super::quotes::Quote;

/// How often one subject occurs, among whom, and how widely.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prevalence {
    /// What was counted.
    pub subject: Subject,
    /// Answers that mention it, of the answers that count (see the module's page), as if independent.
    pub answers: Count,
    /// The same with the interval that holds where answers of one table, or one respondent, depend on
    /// each other; none where neither is known.
    pub answers_clustered: Option<Count>,
    /// Respondents who mention it, of the respondents with an answer that counts; none where unknown.
    pub respondents: Option<Count>,
    /// By kind of answer, in the order of their names; answers without a kind are left out.
    pub by_kind: Vec<KindCount>,
    /// One per attribute, in the order of the input.
    pub breadth: Vec<Breadth>,
    /// The answers that mention it, in input order.
    pub rows: Vec<usize>,
    /// The answers that say it best.
    pub quotes: Vec<Quote>,
}

/// How often among the answers of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindCount {
    /// `wish`, `oracle`, ...
    pub kind: String,
    /// Answers of that kind.
    pub answers: Count,
}

/// How widely a subject is spread over the groups of one attribute, beside how often it is said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Breadth {
    /// The attribute ("bord").
    pub attribute: String,
    /// Groups in which it occurs, of the groups with an answer that counts.
    pub groups: Count,
    /// To how many equally loud groups the spread of its answers comes: the exponential of Shannon's
    /// entropy (Hill 1973, Ecology 54). Between 1 and `groups.k`; 0 where nobody mentions it.
    pub effective_groups: f64,
    /// `effective_groups` over the effective number of groups of all answers, at most 1: 1 where it is
    /// spread as the answers are, near 0 where one group says nearly all of it.
    pub evenness: f64,
    /// The group with the largest part of its answers; none where nobody mentions it.
    pub loudest: Option<Loudest>,
    /// By group, in the order of their names. Of an attribute with more than 200 groups, and for
    /// groups of alike answers, only groups in which it occurs.
    pub by_group: Vec<GroupCount>,
}

/// The group with the largest part of the answers that mention something.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Loudest {
    /// Its name.
    pub group: String,
    /// Its answers, of all answers with a group that mention the subject.
    pub answers: Count,
    /// Its part of all answers with a group that count: what one would expect.
    pub expected_share: f64,
    /// Whether it stands for half or more, and at least twice what one would expect, of five answers
    /// or more: then the volume is one group's.
    pub dominates: bool,
}

/// How often in one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupCount {
    /// Its name.
    pub group: String,
    /// Answers.
    pub answers: Count,
    /// Respondents; none where unknown.
    pub respondents: Option<Count>,
}
