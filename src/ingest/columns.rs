//! Deciding what each column of a table is used for: settings first, then headers, then contents.

use super::candidate::Candidate;
use super::contents::ColumnSample;
use super::headers::{self, TextHeader, normalise};
use super::layout::{ColumnRead, Layout, LayoutError, is_single, source_role};
use super::personal;
use super::survey::{Export, Part};
use crate::settings::{Role, Source};

/// Decides from headers and the first rows; `rows` may be empty, then headers alone decide.
pub(super) fn decide(headers: &[String], rows: &[Vec<String>], source: &Source) -> Result<Layout, LayoutError> {
    let samples = ColumnSample::of_rows(headers.len(), rows);
    let mut draft = Draft::new(headers, samples);
    draft.follow_settings(source)?;
    draft.find_texts()?;
    Ok(draft.finish())
}

/// Decides for the export of a survey tool: its own columns are known, and every other column is a question.
pub(super) fn decide_export(
    headers: &[String],
    rows: &[Vec<String>],
    source: &Source,
    export: &Export,
) -> Result<Layout, LayoutError> {
    let rows = rows.get(export.more_header_rows..).unwrap_or_default();
    let samples = ColumnSample::of_rows(headers.len(), rows);
    let mut draft = Draft::new(headers, samples);
    draft.name_questions(export);
    draft.follow_settings(source)?;
    let ids_as_given = draft.has(Role::Id);
    draft.follow_export(export)?;
    let mut layout = draft.finish();
    layout.row_is_respondent = export.row_is_respondent;
    layout.ids_are_private = !ids_as_given;
    layout.respondents_are_private = true;
    Ok(layout)
}

impl Draft<'_> {
    /// Settles the columns that are not text.
    fn finish(mut self) -> Layout {
        self.drop_personal();
        self.find_single_roles();
        self.find_the_rest();
        self.layout()
    }
}

/// A layout in the making.
struct Draft<'a> {
    columns: Vec<Candidate<'a>>,
    headers_are_questions: bool,
}

impl<'a> Draft<'a> {
    fn new(headers: &'a [String], samples: Vec<ColumnSample<'a>>) -> Self {
        let candidate = |(header, sample): (&'a String, ColumnSample<'a>)| Candidate {
            header,
            normal: normalise(header),
            sample,
            role: None,
            personal: None,
            group: None,
            question: None,
            part: None,
        };
        Draft { columns: headers.iter().zip(samples).map(candidate).collect(), headers_are_questions: false }
    }

    /// The columns without a role, with their places.
    fn open(&self) -> impl Iterator<Item = (usize, &Candidate<'a>)> {
        self.columns.iter().enumerate().filter(|(_, column)| column.role.is_none())
    }

    fn open_mut(&mut self) -> impl Iterator<Item = &mut Candidate<'a>> {
        self.columns.iter_mut().filter(|column| column.role.is_none())
    }

    fn has(&self, role: Role) -> bool {
        self.columns.iter().any(|column| column.role == Some(role))
    }

    fn follow_settings(&mut self, source: &Source) -> Result<(), LayoutError> {
        let mut taken = Vec::new();
        for column in &mut self.columns {
            let by_question = || {
                let question = column.question.as_deref()?;
                source_role(question, &normalise(question), source)
            };
            if let Some((role, group)) = source_role(column.header, &column.normal, source).or_else(by_question) {
                let again = is_single(role) && taken.contains(&role);
                column.role = Some(if again { Role::Keep } else { role });
                column.group = group;
                taken.push(role);
            }
        }
        for wanted in &source.columns.text {
            let normal = normalise(wanted);
            let is_wanted = |column: &Candidate<'_>| {
                column.header.trim() == wanted
                    || column.normal == normal
                    || column.question.as_deref().is_some_and(|question| question == wanted)
            };
            if !self.columns.iter().any(is_wanted) {
                return Err(LayoutError::Missing(wanted.clone()));
            }
        }
        Ok(())
    }

    /// Finds the text columns by the surest sign there is.
    fn find_texts(&mut self) -> Result<(), LayoutError> {
        if self.has(Role::Text) {
            self.headers_are_questions =
                self.columns.iter().filter(|column| column.role == Some(Role::Text)).count() > 1;
            return Ok(());
        }
        for column in self.open_mut().filter(|column| column.text_header().is_none()) {
            if let Some(personal) = personal::by_header(&column.normal) {
                column.drop_as(personal);
            }
        }
        let texts = self.certain_text().or_else(|| self.questions()).or_else(|| self.possible_text());
        let texts = texts.or_else(|| self.longest_text()).ok_or(LayoutError::NoText)?;
        let is_text = |place: usize| texts.contains(&place);
        let mut all_ask = true;
        for (_, column) in self.columns.iter_mut().enumerate().filter(|(place, _)| is_text(*place)) {
            column.role = Some(Role::Text);
            all_ask &= headers::reads_as_question(column.header);
        }
        self.headers_are_questions = texts.len() > 1 || all_ask;
        Ok(())
    }

    /// Gives columns the words of their questions, so that settings may name them by either.
    fn name_questions(&mut self, export: &Export) {
        for (column, known) in self.columns.iter_mut().zip(&export.columns) {
            column.question.clone_from(&known.name);
            column.part = Some(known.part);
        }
    }

    /// Takes up what is known of a survey tool's columns, and finds the questions that were answered in free text.
    fn follow_export(&mut self, export: &Export) -> Result<(), LayoutError> {
        let texts_are_set = self.has(Role::Text);
        let roles: Vec<Role> = self.columns.iter().filter_map(|column| column.role).collect();
        for (column, known) in self.columns.iter_mut().zip(&export.columns).filter(|(column, _)| column.role.is_none())
        {
            match known.part {
                Part::Personal(personal) => column.drop_as(personal),
                Part::System(role) => {
                    let again = (is_single(role) && roles.contains(&role)) || (role == Role::Text && texts_are_set);
                    column.role = Some(if again { Role::Keep } else { role });
                }
                Part::Question | Part::SubQuestion | Part::Other => {
                    let words = normalise(column.words());
                    if let Some(personal) = personal::by_header(&words).filter(|_| words.split(' ').count() <= 6) {
                        column.drop_as(personal);
                    } else if column.sample.values.is_empty() && column.header.trim().is_empty() {
                        column.role = Some(Role::Drop);
                    } else if !texts_are_set
                        && (column.is_answered_freely() || (known.part == Part::Other && column.holds_words()))
                    {
                        column.role = Some(Role::Text);
                    }
                }
            }
        }
        if !self.has(Role::Text) {
            return Err(LayoutError::NoText);
        }
        let is_question = |column: &Candidate<'_>| {
            column.role == Some(Role::Text) && !matches!(column.part, Some(Part::System(_) | Part::Personal(_)))
        };
        self.headers_are_questions = self.columns.iter().any(is_question);
        Ok(())
    }

    fn certain_text(&self) -> Option<Vec<usize>> {
        let rank = |(place, column): (usize, &Candidate<'_>)| match column.text_header() {
            Some(TextHeader::Certain(rank)) => Some((rank, place)),
            _ => None,
        };
        self.open().filter_map(rank).min().map(|(_, place)| vec![place])
    }

    fn questions(&self) -> Option<Vec<usize>> {
        let asking = self.open().filter(|(_, column)| column.asks_an_open_question());
        let places: Vec<usize> = asking.map(|(place, _)| place).collect();
        (!places.is_empty()).then_some(places)
    }

    fn possible_text(&self) -> Option<Vec<usize>> {
        let named = |(_, column): &(usize, &Candidate<'_>)| column.text_header() == Some(TextHeader::Possible);
        self.open().find(named).map(|(place, _)| vec![place])
    }

    fn longest_text(&self) -> Option<Vec<usize>> {
        let mut best: Option<(f64, usize)> = None;
        for (place, column) in self.open() {
            let other_use = headers::single_role(&column.normal).is_some();
            if other_use || personal::by_contents(&column.sample).is_some() {
                continue;
            }
            if let Some(score) = column.sample.free_text_score()
                && best.is_none_or(|(highest, _)| score > highest)
            {
                best = Some((score, place));
            }
        }
        best.map(|(_, place)| vec![place])
    }

    fn drop_personal(&mut self) {
        for column in self.open_mut() {
            let found = personal::by_header(&column.normal).or_else(|| column.personal_by_contents());
            if let Some(personal) = found {
                column.drop_as(personal);
            }
        }
    }

    /// Gives each role that one column holds to the column whose header names it best.
    fn find_single_roles(&mut self) {
        let named = |(place, column): (usize, &Candidate<'_>)| {
            let (role, rank) = headers::single_role(&column.normal)?;
            (!column.contradicts(role, rank)).then_some((rank, place, role))
        };
        // A question of a survey may bear the name of a role ("Type"), and is none.
        let open = self.open().filter(|(_, column)| column.part.is_none());
        let mut named: Vec<(usize, usize, Role)> = open.filter_map(named).collect();
        named.sort_unstable();
        for (_, place, role) in named {
            if !self.has(role)
                && let Some(column) = self.columns.get_mut(place)
            {
                column.role = Some(role);
            }
        }
    }

    fn find_the_rest(&mut self) {
        for column in self.open_mut() {
            let chosen = match column.part {
                Some(Part::SubQuestion | Part::Other) => false,
                Some(_) => headers::is_group(&column.normal) || column.is_single_choice(),
                None => headers::is_group(&column.normal) || column.asks_a_closed_question(),
            };
            column.role = Some(if chosen {
                Role::Group
            } else if headers::is_language(&column.normal) || column.header.trim().is_empty() {
                // What has no name cannot be carried along under one.
                Role::Drop
            } else {
                Role::Keep
            });
        }
    }

    fn layout(self) -> Layout {
        let mut layout = Layout { headers_are_questions: self.headers_are_questions, ..Layout::default() };
        for (place, column) in self.columns.into_iter().enumerate() {
            let role = column.role.unwrap_or(Role::Keep);
            let header = column.header.trim().to_owned();
            let name = column.question.as_ref().unwrap_or(&header);
            let group = (role == Role::Group).then(|| column.group.unwrap_or_else(|| name.clone()));
            layout.columns.push(ColumnRead {
                header,
                question: column.question,
                role,
                personal: column.personal,
                group,
            });
            layout.index(place);
        }
        layout
    }
}

#[cfg(test)]
mod tests {
    use super::personal::Personal;
    use super::*;

    fn decide(headers: &[&str], rows: &[&[&str]]) -> Layout {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        super::decide(&headers, &rows, &Source::default()).unwrap()
    }

    fn roles(layout: &Layout) -> Vec<Role> {
        layout.columns.iter().map(|column| column.role).collect()
    }

    #[test]
    fn norwegian_headers_are_understood() {
        let layout =
            decide(&["Svar-ID", "Bord", "Sektor", "Type", "Spørsmål", "Svar", "Tidspunkt", "Avsender", "Tittel"], &[]);
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
        assert_eq!(super::decide(&headers, &rows, &Source::default()).unwrap_err(), LayoutError::NoText);
    }

    #[test]
    fn columns_without_a_header_are_left_out_and_not_for_being_personal() {
        let layout = decide(&["Tekst", "", " "], &[]);
        assert_eq!(roles(&layout), [Role::Text, Role::Drop, Role::Drop]);
        assert!(layout.columns.iter().all(|column| column.personal.is_none()));
    }

    #[test]
    fn settings_win_over_every_guess() {
        let mut source = Source::default();
        source.columns.text = vec!["Tittel".into()];
        source.columns.groups = vec![("sted".into(), "Hvor?".into())];
        source.roles.insert("E-post".into(), Role::Keep);
        source.roles.insert("Tekst".into(), Role::Drop);
        let headers: Vec<String> = ["Tittel", "Tekst", "e-post", "Hvor?"].map(String::from).to_vec();
        let layout = super::decide(&headers, &[], &source).unwrap();
        assert_eq!(roles(&layout), [Role::Text, Role::Drop, Role::Keep, Role::Group]);
        assert_eq!(layout.groups, [("sted".to_owned(), 3)]);
        source.columns.text = vec!["Borte".into()];
        assert_eq!(super::decide(&headers, &[], &source).unwrap_err(), LayoutError::Missing("Borte".into()));
    }

    #[test]
    fn contents_may_contradict_a_header() {
        let layout = decide(&["Svar-ID", "Tid", "Tekst"], &[&["1", "mye", "a b"], &["1", "lite", "c d"]]);
        assert_eq!(roles(&layout), [Role::Keep, Role::Keep, Role::Text]);
        let layout = decide(&["Svar-ID", "Tid", "Tekst"], &[&["1", "3.11.2025", "a b"], &["2", "", "c d"]]);
        assert_eq!(roles(&layout), [Role::Id, Role::Time, Role::Text]);
    }
}
