//! Erasing answers for good: every version of them, what was made of them, and the runs that held them; and remembering,
//! under the project's key, what must not come in again.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, TransactionBehavior, params};
use rustc_hash::FxHashSet;

use super::{Secret, Store, StoreError, runs, snapshot};
use crate::answer::Answer;
use crate::ingest::{Input, SkipReason, Skipped, pseudonym};

/// Rows of `project` that hold what must not come in again start so.
const TOMBSTONE: &str = "forgotten:";

/// Texts shorter than this are written by many; one of them is forgotten by its id alone.
const TELLING_LENGTH: usize = 40;

/// Whose answers, or which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of one respondent, named as the input or as the outputs name them.
    Respondent(String),
    /// One answer, by its id.
    Answer(String),
    /// All that hold this text, in whatever field.
    Text(String),
}

impl Wanted {
    /// Whether an answer is meant; `shown` is its redacted text.
    pub fn means(&self, answer: &Answer, shown: &str, secret: &Secret) -> bool {
        match self {
            Wanted::Respondent(name) => answer
                .respondent
                .as_ref()
                .is_some_and(|respondent| respondent.0 == *name || respondent.0 == pseudonym(name, secret.bytes())),
            Wanted::Answer(id) => answer.id.0 == *id,
            Wanted::Text(text) => {
                let fields =
                    [Some(&answer.text), answer.question.as_ref(), answer.respondent.as_ref().map(|one| &one.0)];
                shown.contains(text.as_str())
                    || fields.into_iter().flatten().any(|field| field.contains(text.as_str()))
                    || answer.groups.values().any(|value| value.contains(text.as_str()))
                    || answer.kept.iter().any(|(_, value)| value.contains(text.as_str()))
            }
        }
    }
}

/// A version of an answer that the store holds.
#[derive(Debug, Clone)]
pub struct Version {
    /// The answer; its text is the shown one unless originals are kept.
    pub answer: Answer,
    /// The redacted text.
    pub shown: String,
    /// The first run with it.
    pub since: u32,
    /// The first run without it; none where it holds now.
    pub until: Option<u32>,
}

/// What was erased.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erased {
    /// Versions of answers.
    pub versions: usize,
    /// Runs of which no details are left.
    pub runs: Vec<u32>,
    /// The last run, if it held one of the answers: it stays in the ledger without them.
    pub rewritten: Option<u32>,
}

impl Store {
    /// All versions of the answers that are meant, oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn versions(&self, wanted: &Wanted) -> Result<Vec<Version>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT answer, since, until FROM answers ORDER BY since, answer")?;
        let spans = statement
            .query_map([], |row| Ok((row.get::<_, u32>(0)?, (row.get::<_, u32>(1)?, row.get::<_, Option<u32>>(2)?))))?
            .collect::<Result<BTreeMap<_, _>, _>>()?;
        let mut found: Vec<Version> = super::answers::all(&self.connection)?
            .into_iter()
            .filter(|(_, stored)| wanted.means(&stored.answer, &stored.shown, &self.secret))
            .filter_map(|(number, stored)| {
                let &(since, until) = spans.get(&number)?;
                Some(Version { answer: stored.answer, shown: stored.shown, since, until })
            })
            .collect();
        found.sort_by(|a, b| (a.since, &a.answer.id.0).cmp(&(b.since, &b.answer.id.0)));
        Ok(found)
    }

    /// Runs for which a case says that they must be kept, among those that held one of these versions.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn kept_runs_with(&self, versions: &[Version]) -> Result<Vec<(u32, String)>, StoreError> {
        let kept = self.runs()?.into_iter().filter_map(|entry| Some((entry.run, entry.kept?.0)));
        Ok(kept.filter(|(run, _)| versions.iter().any(|version| version.held_in(*run))).collect())
    }

    /// Erases all versions of the answers with these ids, with all that was made of them, from the file and its log. From
    /// now on neither the ids, nor the `texts`, nor the `respondents` come in again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn forget(
        &mut self,
        ids: &BTreeSet<String>,
        texts: &BTreeSet<String>,
        respondents: &BTreeSet<String>,
    ) -> Result<Erased, StoreError> {
        let last = runs::last_done(&self.connection)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        bury(&transaction, &self.secret, ids, texts, respondents)?;
        let doomed = Doomed::of(&transaction, ids)?;
        let mut erased = Erased { versions: doomed.numbers.len(), ..Erased::default() };
        for run in doomed.runs(&transaction)? {
            if Some(run) == last {
                snapshot::leave_out(&transaction, run, &doomed.numbers, &|label| doomed.is_told_by(label))?;
                erased.rewritten = Some(run);
            } else {
                transaction.execute("DELETE FROM snapshots WHERE run = ?1", [run])?;
                transaction.execute("DELETE FROM corrected WHERE run = ?1", [run])?;
                transaction.execute("UPDATE runs SET state = 'pruned' WHERE run = ?1 AND state = 'done'", [run])?;
                erased.runs.push(run);
            }
        }
        doomed.erase(&transaction)?;
        transaction.commit()?;
        self.clean()?;
        Ok(erased)
    }

    /// Writes the file anew without the pages that are free, and empties the log.
    fn clean(&self) -> Result<(), StoreError> {
        self.connection.execute_batch("VACUUM;")?;
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Takes out of the input what was forgotten; it counts as skipped.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn leave_out_forgotten(&self, input: &mut Input) -> Result<usize, StoreError> {
        let mut statement = self.connection.prepare("SELECT name FROM project WHERE name LIKE 'forgotten:%'")?;
        let tombstones: FxHashSet<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if tombstones.is_empty() {
            return Ok(0);
        }
        let is_forgotten = |answer: &Answer| {
            let respondent =
                answer.respondent.as_ref().map(|respondent| tombstone(&self.secret, "respondent", &respondent.0));
            tombstones.contains(&tombstone(&self.secret, "id", &answer.id.0))
                || respondent.is_some_and(|respondent| tombstones.contains(&respondent))
                || (answer.text.len() >= TELLING_LENGTH
                    && tombstones.contains(&tombstone(&self.secret, "text", &answer.text)))
        };
        let (gone, stay): (Vec<Answer>, Vec<Answer>) =
            std::mem::take(&mut input.answers).into_iter().partition(is_forgotten);
        input.answers = stay;
        let number = gone.len();
        input
            .skipped
            .extend(gone.into_iter().map(|answer| Skipped { place: answer.place, reason: SkipReason::Forgotten }));
        Ok(number)
    }
}

impl Version {
    /// Whether a run held this version.
    pub fn held_in(&self, run: u32) -> bool {
        self.since <= run && self.until.is_none_or(|until| until > run)
    }
}

fn tombstone(secret: &Secret, sort: &str, value: &str) -> String {
    let hash = secret.hash(&["forgotten", sort, value]);
    hash.iter().fold(TOMBSTONE.to_owned(), |name, byte| name + &format!("{byte:02x}"))
}

fn bury(
    connection: &Connection,
    secret: &Secret,
    ids: &BTreeSet<String>,
    texts: &BTreeSet<String>,
    respondents: &BTreeSet<String>,
) -> Result<(), StoreError> {
    let mut insert = connection.prepare("INSERT OR IGNORE INTO project (name, value) VALUES (?1, x'01')")?;
    let telling = texts.iter().filter(|text| text.len() >= TELLING_LENGTH);
    let stones = (ids.iter().map(|id| tombstone(secret, "id", id)))
        .chain(telling.map(|text| tombstone(secret, "text", text)))
        .chain(respondents.iter().map(|respondent| tombstone(secret, "respondent", respondent)));
    for stone in stones {
        insert.execute([stone])?;
    }
    Ok(())
}

/// What is about to be erased.
struct Doomed {
    /// Numbers of versions.
    numbers: BTreeSet<u32>,
    /// Words that stand in their texts and in no other.
    words: BTreeSet<String>,
}

impl Doomed {
    fn of(connection: &Connection, ids: &BTreeSet<String>) -> Result<Self, StoreError> {
        let mut numbers = BTreeSet::new();
        let mut words = BTreeSet::new();
        let mut others: FxHashSet<String> = FxHashSet::default();
        for (number, stored) in super::answers::all(connection)? {
            let texts = format!("{} {}", stored.shown, stored.answer.text);
            let stems = texts.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(stem);
            if ids.contains(&stored.answer.id.0) {
                words.extend(stems);
                numbers.insert(number);
            } else {
                others.extend(stems);
            }
        }
        words.retain(|word| !others.contains(word));
        Ok(Doomed { numbers, words })
    }

    /// Finished runs that held one of them.
    fn runs(&self, connection: &Connection) -> Result<BTreeSet<u32>, StoreError> {
        let mut statement = connection.prepare(
            "SELECT run FROM runs JOIN answers ON since <= run AND (until IS NULL OR until > run)
             WHERE answer = ?1 AND state = 'done'",
        )?;
        let mut runs = BTreeSet::new();
        for number in &self.numbers {
            for run in statement.query_map([number], |row| row.get(0))? {
                runs.insert(run?);
            }
        }
        Ok(runs)
    }

    /// Whether a label has a word that only these answers have.
    fn is_told_by(&self, label: &str) -> bool {
        label
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .any(|word| self.words.contains(&stem(word)))
    }

    fn erase(&self, connection: &Connection) -> Result<(), StoreError> {
        let mut delete = connection.prepare("DELETE FROM answers WHERE answer = ?1")?;
        for number in &self.numbers {
            delete.execute([number])?;
        }
        // Vectors and taggings go with their text.
        connection.execute(
            "DELETE FROM texts WHERE NOT EXISTS (SELECT 1 FROM answers WHERE answers.text = texts.text)",
            [],
        )?;
        let mut statement = connection.prepare("SELECT cluster, label FROM clusters")?;
        let labels: Vec<(u32, String)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        for (cluster, _) in labels.iter().filter(|(_, label)| self.is_told_by(label)) {
            connection.execute("UPDATE clusters SET label = '' WHERE cluster = ?1", params![cluster])?;
        }
        Ok(())
    }
}

/// Labels show a word in another form than the text has it, so words are told by how they begin.
fn stem(word: &str) -> String {
    word.to_lowercase().chars().take(6).collect()
}
