//! Deciding what each column of a table is used for: settings first, then headers, then contents.

use super::contents::ColumnSample;
use super::headers::{self, TextHeader, normalise};
use super::personal::{self, Personal};
use crate::settings::{Role, Source};

/// A column and what it is used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRead {
    /// Its header, outer blanks removed.
    pub header: String,
    /// Its use.
    pub role: Role,
    /// The sort of personal data it looks like, where that is why it was dropped.
    pub personal: Option<Personal>,
    /// Name of the group it holds.
    pub group: Option<String>,
}

/// Why no layout could be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LayoutError {
    /// Nothing looks like free text.
    NoText,
    /// The settings name a text column that is not there.
    Missing(String),
}

/// Every column's use, and for each use its columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) columns: Vec<ColumnRead>,
    /// The text columns; more than one only in a sheet of questions.
    pub(super) texts: Vec<usize>,
    /// Whether the text columns' headers are the questions.
    pub(super) headers_are_questions: bool,
    pub(super) groups: Vec<(String, usize)>,
    pub(super) kept: Vec<usize>,
    pub(super) id: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) question: Option<usize>,
    pub(super) asked_under: Option<usize>,
    pub(super) phase: Option<usize>,
    pub(super) respondent: Option<usize>,
    pub(super) time: Option<usize>,
}

impl Layout {
    /// Decides from headers and the first rows; `rows` may be empty, then headers alone decide.
    pub(super) fn decide(headers: &[String], rows: &[Vec<String>], source: &Source) -> Result<Self, LayoutError> {
        let samples = ColumnSample::of_rows(headers.len(), rows);
        let mut draft = Draft::new(headers, &samples);
        draft.follow_settings(source)?;
        draft.find_texts()?;
        draft.find_the_rest();
        Ok(draft.layout())
    }

    /// Whether the headers alone name the text for certain, so that no row need be looked at.
    pub(super) fn is_certain(headers: &[String], source: &Source) -> bool {
        !source.columns.text.is_empty()
            || source.roles.values().any(|&role| role == Role::Text)
            || headers
                .iter()
                .any(|header| matches!(headers::text_header(&normalise(header)), Some(TextHeader::Certain(_))))
    }

    /// Takes up a column that was not there at the start (a JSON field that only later rows have).
    pub(super) fn add(&mut self, header: &str, source: &Source) -> usize {
        let index = self.columns.len();
        let normal = normalise(header);
        let set = source_role(header, &normal, source);
        let taken = |role: Role| self.single(role).is_some();
        let (role, personal, group) = match set {
            Some((role, group)) => (role, None, group),
            None => match (personal::by_header(&normal), headers::single_role(&normal)) {
                (_, Some((role, _))) if !taken(role) => (role, None, None),
                (Some(personal), _) => (Role::Drop, Some(personal), None),
                _ if headers::is_group(&normal) => (Role::Group, None, None),
                _ if headers::is_language(&normal) => (Role::Drop, None, None),
                _ => (Role::Keep, None, None),
            },
        };
        let role = if role == Role::Text || (is_single(role) && taken(role)) { Role::Keep } else { role };
        let header = header.trim().to_owned();
        let group = (role == Role::Group).then(|| group.unwrap_or_else(|| header.clone()));
        self.columns.push(ColumnRead { header, role, personal, group });
        self.index(index);
        index
    }

    fn single(&self, role: Role) -> Option<usize> {
        match role {
            Role::Id => self.id,
            Role::Kind => self.kind,
            Role::Question => self.question,
            Role::AskedUnder => self.asked_under,
            Role::Phase => self.phase,
            Role::Respondent => self.respondent,
            Role::Time => self.time,
            Role::Text | Role::Group | Role::Keep | Role::Drop => None,
        }
    }

    fn index(&mut self, index: usize) {
        let Some(column) = self.columns.get(index) else { return };
        match column.role {
            Role::Text => self.texts.push(index),
            Role::Group => {
                let name = column.group.clone().unwrap_or_else(|| column.header.clone());
                self.groups.push((name, index));
            }
            Role::Keep => self.kept.push(index),
            Role::Drop => {}
            Role::Id => self.id = Some(index),
            Role::Kind => self.kind = Some(index),
            Role::Question => self.question = Some(index),
            Role::AskedUnder => self.asked_under = Some(index),
            Role::Phase => self.phase = Some(index),
            Role::Respondent => self.respondent = Some(index),
            Role::Time => self.time = Some(index),
        }
    }
}

fn is_single(role: Role) -> bool {
    !matches!(role, Role::Text | Role::Group | Role::Keep | Role::Drop)
}

/// The role and group name that the settings give a header.
fn source_role(header: &str, normal: &str, source: &Source) -> Option<(Role, Option<String>)> {
    let is = |wanted: &str| wanted == header.trim() || normalise(wanted) == normal;
    let columns = &source.columns;
    let single = [
        (Role::Id, &columns.id),
        (Role::Respondent, &columns.respondent),
        (Role::Time, &columns.time),
        (Role::Kind, &columns.kind),
        (Role::Question, &columns.question),
        (Role::AskedUnder, &columns.asked_under),
        (Role::Phase, &columns.phase),
    ];
    if columns.text.iter().any(|wanted| is(wanted)) {
        return Some((Role::Text, None));
    }
    if let Some((role, _)) = single.iter().find(|(_, wanted)| wanted.as_deref().is_some_and(is)) {
        return Some((*role, None));
    }
    if let Some((name, _)) = columns.groups.iter().find(|(_, wanted)| is(wanted)) {
        return Some((Role::Group, Some(name.clone())));
    }
    source.roles.iter().find(|(wanted, _)| is(wanted)).map(|(_, role)| (*role, None))
}

/// A layout in the making.
struct Draft<'a> {
    headers: &'a [String],
    normal: Vec<String>,
    samples: &'a [ColumnSample<'a>],
    roles: Vec<Option<Role>>,
    personal: Vec<Option<Personal>>,
    group_names: Vec<Option<String>>,
    headers_are_questions: bool,
}

impl<'a> Draft<'a> {
    fn new(headers: &'a [String], samples: &'a [ColumnSample<'a>]) -> Self {
        Draft {
            headers,
            normal: headers.iter().map(|header| normalise(header)).collect(),
            samples,
            roles: vec![None; headers.len()],
            personal: vec![None; headers.len()],
            group_names: vec![None; headers.len()],
            headers_are_questions: false,
        }
    }

    fn open_columns(&self) -> Vec<usize> {
        (0..self.headers.len()).filter(|&column| self.roles[column].is_none()).collect()
    }

    fn follow_settings(&mut self, source: &Source) -> Result<(), LayoutError> {
        for column in 0..self.headers.len() {
            if let Some((role, group)) = source_role(&self.headers[column], &self.normal[column], source) {
                let taken = is_single(role) && self.roles.contains(&Some(role));
                self.roles[column] = Some(if taken { Role::Keep } else { role });
                self.group_names[column] = group;
            }
        }
        for wanted in &source.columns.text {
            let normal = normalise(wanted);
            if !self.headers.iter().any(|header| header.trim() == wanted) && !self.normal.contains(&normal) {
                return Err(LayoutError::Missing(wanted.clone()));
            }
        }
        Ok(())
    }

    /// Finds the text columns by the surest sign there is.
    fn find_texts(&mut self) -> Result<(), LayoutError> {
        let set = self.roles.iter().filter(|role| **role == Some(Role::Text)).count();
        if set > 0 {
            self.headers_are_questions = set > 1;
            return Ok(());
        }
        for column in self.open_columns() {
            let is_text_name = headers::text_header(&self.normal[column]).is_some();
            if !is_text_name && let Some(personal) = personal::by_header(&self.normal[column]) {
                self.drop_as(column, personal);
            }
        }
        let texts = self.certain_text().or_else(|| self.questions()).or_else(|| self.possible_text());
        let texts = texts.or_else(|| self.longest_text()).ok_or(LayoutError::NoText)?;
        self.headers_are_questions =
            texts.len() > 1 || texts.iter().all(|&column| headers::reads_as_question(&self.headers[column]));
        for column in texts {
            self.roles[column] = Some(Role::Text);
        }
        Ok(())
    }

    fn drop_as(&mut self, column: usize, personal: Personal) {
        self.roles[column] = Some(Role::Drop);
        self.personal[column] = Some(personal);
    }

    fn certain_text(&self) -> Option<Vec<usize>> {
        let rank = |column: usize| match headers::text_header(&self.normal[column]) {
            Some(TextHeader::Certain(rank)) => Some((rank, column)),
            _ => None,
        };
        self.open_columns().into_iter().filter_map(rank).min().map(|(_, column)| vec![column])
    }

    /// Columns that each stand for an open question.
    fn questions(&self) -> Option<Vec<usize>> {
        let asks = |column: &usize| {
            let sample = &self.samples[*column];
            let likely = matches!(headers::text_header(&self.normal[*column]), Some(TextHeader::Likely(_)));
            let question = headers::reads_as_question(&self.headers[*column]);
            // An empty sample says nothing against it.
            let open = !sample.is_numeric() && !sample.is_closed();
            let answers_a_group = headers::mentions_group(&self.normal[*column]) && sample.mean_length() < 30.0;
            (likely && (open || !question)) || (question && open && !answers_a_group)
        };
        let columns: Vec<usize> = self.open_columns().into_iter().filter(asks).collect();
        (!columns.is_empty()).then_some(columns)
    }

    fn possible_text(&self) -> Option<Vec<usize>> {
        let named = |column: &usize| headers::text_header(&self.normal[*column]) == Some(TextHeader::Possible);
        self.open_columns().into_iter().find(named).map(|column| vec![column])
    }

    fn longest_text(&self) -> Option<Vec<usize>> {
        let mut best: Option<(f64, usize)> = None;
        for column in self.open_columns() {
            let sample = &self.samples[column];
            if headers::single_role(&self.normal[column]).is_some() || personal::by_contents(sample).is_some() {
                continue;
            }
            if let Some(score) = sample.free_text_score()
                && best.is_none_or(|(highest, _)| score > highest)
            {
                best = Some((score, column));
            }
        }
        best.map(|(_, column)| vec![column])
    }

    /// Gives every other column its use.
    fn find_the_rest(&mut self) {
        self.drop_personal();
        self.find_single_roles();
        for column in self.open_columns() {
            let (header, sample) = (&self.normal[column], &self.samples[column]);
            let closed_question = headers::reads_as_question(&self.headers[column])
                && !sample.is_numeric()
                && (sample.is_closed() || headers::mentions_group(header));
            self.roles[column] = Some(if headers::is_group(header) || closed_question {
                Role::Group
            } else if headers::is_language(header) {
                Role::Drop
            } else {
                Role::Keep
            });
        }
    }

    fn drop_personal(&mut self) {
        for column in self.open_columns() {
            let found = personal::by_header(&self.normal[column]).or_else(|| self.personal_by_contents(column));
            if let Some(personal) = found {
                self.drop_as(column, personal);
            }
        }
    }

    /// Contents that look personal; respondents become pseudonyms instead, and an id of eight digits is no phone.
    fn personal_by_contents(&self, column: usize) -> Option<Personal> {
        let role = headers::single_role(&self.normal[column]).map(|(role, _)| role);
        let group = headers::is_group(&self.normal[column]);
        match personal::by_contents(&self.samples[column])? {
            _ if role == Some(Role::Respondent) => None,
            Personal::Phone | Personal::Name if role.is_some() || group => None,
            personal => Some(personal),
        }
    }

    fn find_single_roles(&mut self) {
        let open = self.open_columns();
        let mut named: Vec<(usize, usize, Role)> = open
            .iter()
            .filter_map(|&column| headers::single_role(&self.normal[column]).map(|(role, rank)| (rank, column, role)))
            .collect();
        named.sort_unstable();
        for (rank, column, role) in named {
            let doubtful_id = role == Role::Id && rank > 0 && !self.samples[column].is_unique();
            if !self.roles.contains(&Some(role)) && !doubtful_id {
                self.roles[column] = Some(role);
            }
        }
    }

    fn layout(self) -> Layout {
        let mut layout = Layout { headers_are_questions: self.headers_are_questions, ..Layout::default() };
        for (column, header) in self.headers.iter().enumerate() {
            let role = self.roles[column].unwrap_or(Role::Keep);
            let header = header.trim().to_owned();
            let group =
                (role == Role::Group).then(|| self.group_names[column].clone().unwrap_or_else(|| header.clone()));
            layout.columns.push(ColumnRead { header, role, personal: self.personal[column], group });
            layout.index(column);
        }
        layout
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(headers: &[&str], rows: &[&[&str]]) -> Layout {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        Layout::decide(&headers, &rows, &Source::default()).unwrap()
    }

    fn roles(layout: &Layout) -> Vec<Role> {
        layout.columns.iter().map(|column| column.role).collect()
    }

    #[test]
    fn norwegian_headers_are_understood() {
        let layout =
            decide(&["Nr", "Bord", "Sektor", "Type", "Spørsmål", "Svar", "Tidspunkt", "Avsender", "Tittel"], &[]);
        assert_eq!(
            roles(&layout),
            [
                Role::Id,
                Role::Group,
                Role::Group,
                Role::Kind,
                Role::Question,
                Role::Text,
                Role::Time,
                Role::Respondent,
                Role::Keep
            ]
        );
    }

    #[test]
    fn a_column_of_questions_is_the_text_where_there_is_no_other() {
        assert_eq!(roles(&decide(&["Spørsmål", "Bord"], &[])), [Role::Text, Role::Group]);
        assert_eq!(roles(&decide(&["Spørsmål", "Ønske"], &[])), [Role::Question, Role::Text]);
    }

    #[test]
    fn a_sheet_of_questions_is_read_by_the_cell_and_closed_questions_are_groups() {
        let layout = decide(
            &[
                "ID",
                "E-post",
                "Hva er ditt ønske?",
                "Hva hindrer deg i hverdagen?",
                "Hvilken sektor jobber du i?",
                "Hvor fornøyd er du?",
            ],
            &[
                &["1", "a@b.no", "Mer tid til utvikling", "For mange skjemaer å fylle ut", "stat", "4"],
                &["2", "c@b.no", "Felles mål", "Budsjettet", "kommune", "2"],
            ],
        );
        assert_eq!(roles(&layout), [Role::Id, Role::Drop, Role::Text, Role::Text, Role::Group, Role::Keep]);
        assert!(layout.headers_are_questions);
        assert_eq!(layout.columns[1].personal, Some(Personal::Email));
    }

    #[test]
    fn several_open_columns_are_a_sheet_of_questions() {
        let layout = decide(&["Bord", "Ønske", "Utfordring"], &[]);
        assert_eq!(layout.texts, [1, 2]);
        assert!(layout.headers_are_questions);
    }

    #[test]
    fn without_a_known_header_the_longest_varied_column_is_the_text() {
        let layout = decide(
            &["x", "y", "z"],
            &[&["1", "Vi trenger mer tid til utvikling", "ja takk"], &["2", "Budsjettene er for korte", "nei takk"]],
        );
        assert_eq!(layout.texts, [1]);
        assert!(!layout.headers_are_questions);
    }

    #[test]
    fn where_nothing_is_text_the_layout_says_so() {
        let headers = ["x".to_owned(), "y".to_owned()];
        let rows = vec![vec!["1".to_owned(), "2".to_owned()]];
        assert_eq!(Layout::decide(&headers, &rows, &Source::default()).unwrap_err(), LayoutError::NoText);
    }

    #[test]
    fn settings_win_over_every_guess() {
        let mut source = Source::default();
        source.columns.text = vec!["Tittel".into()];
        source.columns.groups = vec![("sted".into(), "Hvor?".into())];
        source.roles.insert("E-post".into(), Role::Keep);
        source.roles.insert("Tekst".into(), Role::Drop);
        let headers: Vec<String> = ["Tittel", "Tekst", "e-post", "Hvor?"].map(String::from).to_vec();
        let layout = Layout::decide(&headers, &[], &source).unwrap();
        assert_eq!(roles(&layout), [Role::Text, Role::Drop, Role::Keep, Role::Group]);
        assert_eq!(layout.groups, [("sted".to_owned(), 3)]);
        source.columns.text = vec!["Borte".into()];
        assert_eq!(Layout::decide(&headers, &[], &source).unwrap_err(), LayoutError::Missing("Borte".into()));
    }

    #[test]
    fn a_table_number_under_a_doubtful_name_is_no_id() {
        let layout = decide(&["Nr", "Tekst"], &[&["1", "a b"], &["1", "c d"]]);
        assert_eq!(roles(&layout), [Role::Keep, Role::Text]);
    }
}
