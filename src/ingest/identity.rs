//! Ids that do not move when rows are sorted, repeated ids, and duplicates.

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::{Duplicate, Reject, RejectReason};
use crate::answer::{Answer, AnswerId, Place};
use crate::text::normal_form;

/// What becomes of an answer once all before it are known.
pub(super) enum Placed {
    Answer(Answer),
    Duplicate(Duplicate),
    Reject(Reject),
}

/// All that has to be remembered of the answers so far.
#[derive(Default)]
pub(super) struct Identities {
    /// Where each id came first.
    ids: FxHashMap<String, Place>,
    /// How often each combination of source, question, respondent and text has come.
    occurrences: FxHashMap<u128, u32>,
    /// Respondent, kind and text, with the id of the answer that had them first.
    sent: FxHashMap<u128, AnswerId>,
}

impl Identities {
    /// Gives an answer its id, or says that it repeats another's id or text.
    pub(super) fn place(&mut self, mut answer: Answer, part: Option<u32>, header_question: bool) -> Placed {
        let given = !answer.id.0.is_empty();
        if !given {
            answer.id = self.derive(&answer);
        } else if let Some(part) = part {
            answer.id.0.push_str(&format!(":{part}"));
        }
        if let Some(first) = self.ids.get(&answer.id.0) {
            let reason = RejectReason::RepeatedId { first: first.to_string() };
            return Placed::Reject(Reject { place: answer.place, reason });
        }
        self.ids.insert(answer.id.0.clone(), answer.place.clone());
        if let Some(key) = sent_key(&answer, header_question) {
            if let Some(of) = self.sent.get(&key) {
                return Placed::Duplicate(Duplicate { place: answer.place, of: of.clone() });
            }
            self.sent.insert(key, answer.id.clone());
        }
        Placed::Answer(answer)
    }

    /// The hash of source, question, respondent, text and how many such came before: the same for a row wherever it
    /// stands in its sheet.
    fn derive(&mut self, answer: &Answer) -> AnswerId {
        let respondent = answer.respondent.as_ref().map_or("", |respondent| respondent.0.as_str());
        let question = answer.question.as_deref().unwrap_or("");
        let key = hash(&[&answer.place.file, question, respondent, &answer.text]);
        let occurrence = self.occurrences.entry(key).and_modify(|count| *count += 1).or_insert(1);
        let id = hash(&[&format!("{key:032x}"), &occurrence.to_string()]);
        AnswerId(format!("{:016x}", (id >> 64) as u64))
    }
}

/// What makes two answers one sent twice; none where the respondent is not known. Cells that stand under different
/// questions of one sheet are asked for in different ways, so they are never the same.
fn sent_key(answer: &Answer, header_question: bool) -> Option<u128> {
    let respondent = &answer.respondent.as_ref()?.0;
    let kind = answer.kind.as_ref().map_or("", |kind| kind.0.as_str());
    let question = if header_question { answer.question.as_deref().unwrap_or("") } else { "" };
    Some(hash(&[respondent, kind, question, &normal_form(&answer.text)]))
}

/// The first 128 bits of SHA-256 over the parts, each with its length before it.
pub(super) fn hash(parts: &[&str]) -> u128 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}
