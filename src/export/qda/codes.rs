//! The codebook as a tree of codes with names that are unique in the whole tree.

use rustc_hash::FxHashMap;

use crate::codebook::guid::{claim_guid, code_guid, guid};
use crate::codebook::{Codebook, Level, Meaning, Topic};
use crate::text::Language;

/// Characters that a code's name has at most; some tools cut longer ones.
const LONGEST_NAME: usize = 60;

/// Colours of the themes, in turn.
const COLOURS: [&str; 8] = ["#1F77B4", "#D95F02", "#2CA02C", "#9467BD", "#B8860B", "#17A2B8", "#C2185B", "#6B6B6B"];

/// A code and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QdaCode {
    /// Its id.
    pub guid: String,
    /// Its name, unique in the tree: importers join codes of the same name.
    pub name: String,
    /// Whether text can be coded with it; what cannot is a heading.
    pub codable: bool,
    /// `#RRGGBB`.
    pub colour: &'static str,
    /// What it means.
    pub description: String,
    /// The codes below it.
    pub children: Vec<QdaCode>,
}

/// All codes, and where to find each.
#[derive(Debug)]
pub struct CodeTree {
    /// Themes, then the heading of the patterns.
    pub roots: Vec<QdaCode>,
    /// Topics and patterns, and of a theme the code for what no topic of it covers.
    by_code: FxHashMap<(Level, String), String>,
    /// Claims, by topic and side.
    claims: FxHashMap<(String, Side), String>,
    /// Pairs of opposing claims, in order.
    pub opposites: Vec<(String, String)>,
    /// The patterns' ids, where there are any.
    pub patterns: Option<Vec<String>>,
    /// What the headings together are called, and the patterns.
    pub set_names: (String, String),
}

/// A side of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The first claim.
    A,
    /// The second claim, or the rejection of the first.
    B,
}

impl Side {
    fn id(self) -> &'static str {
        match self {
            Side::A => "A",
            Side::B => "B",
        }
    }
}

impl CodeTree {
    /// For a codebook, with names in `language`.
    pub fn new(codebook: &Codebook, language: Language) -> Self {
        let words = Words::of(language);
        let id = codebook.codebook.id.as_str();
        let mut tree = CodeTree {
            roots: Vec::new(),
            by_code: FxHashMap::default(),
            claims: FxHashMap::default(),
            opposites: Vec::new(),
            patterns: None,
            set_names: (words.headings.to_owned(), words.patterns.to_owned()),
        };
        for (number, theme) in (1_usize..).zip(&codebook.themes) {
            // Within the list, whatever the number: it is the remainder by the list's length.
            let colour = COLOURS[(number - 1) % COLOURS.len()];
            let name = named(&theme.meaning, &theme.id, language);
            // A heading holds no coding, and a theme may be found without any of its topics.
            let general = QdaCode {
                guid: code_guid(id, Level::Theme, &theme.id),
                name: short(&format!("T{number}.0 {name} – {}", words.general)),
                codable: true,
                colour,
                description: words.general_meaning.to_owned(),
                children: Vec::new(),
            };
            tree.by_code.insert((Level::Theme, theme.id.clone()), general.guid.clone());
            let mut children = vec![general];
            for (place, topic) in (1_usize..).zip(&theme.topics) {
                let code = format!("{}/{}", theme.id, topic.id);
                children.push(tree.topic(id, &format!("T{number}.{place}"), &code, topic, (colour, language, &words)));
            }
            tree.roots.push(QdaCode {
                guid: guid("code heading", &[id, "theme", &theme.id]),
                name: short(&format!("T{number} {name}")),
                codable: false,
                colour,
                description: meaning_in_words(&theme.meaning, language, &words),
                children,
            });
        }
        tree.add_patterns(codebook, language, &words);
        tree
    }

    fn topic(
        &mut self,
        codebook: &str,
        prefix: &str,
        code: &str,
        topic: &Topic,
        (colour, language, words): (&'static str, Language, &Words),
    ) -> QdaCode {
        let topic_guid = code_guid(codebook, Level::Topic, code);
        self.by_code.insert((Level::Topic, code.to_owned()), topic_guid.clone());
        let claim_of = |side: Side| topic.claims.iter().find(|claim| claim.id == side.id());
        let mut sides = Vec::new();
        for side in [Side::A, Side::B] {
            let text = match (claim_of(side), side) {
                (Some(claim), _) => claim.text.get(language).to_owned(),
                (None, Side::B) => words.rejects_a.to_owned(),
                (None, Side::A) => words.supports_a.to_owned(),
            };
            let guid = claim_guid(codebook, code, side.id());
            self.claims.insert((code.to_owned(), side), guid.clone());
            sides.push(QdaCode {
                guid,
                name: short(&format!("{prefix} {}: {text}", side.id())),
                codable: true,
                colour,
                description: text,
                children: Vec::new(),
            });
        }
        if let [a, b] = sides.as_slice() {
            self.opposites.push((a.guid.clone(), b.guid.clone()));
        }
        QdaCode {
            guid: topic_guid,
            name: short(&format!("{prefix} {}", named(&topic.meaning, &topic.id, language))),
            codable: true,
            colour,
            description: meaning_in_words(&topic.meaning, language, words),
            children: sides,
        }
    }

    fn add_patterns(&mut self, codebook: &Codebook, language: Language, words: &Words) {
        if codebook.patterns.is_empty() {
            return;
        }
        let id = codebook.codebook.id.as_str();
        let colour = "#444444";
        let mut children = Vec::new();
        for (number, pattern) in (1_usize..).zip(&codebook.patterns) {
            let guid = code_guid(id, Level::Pattern, &pattern.id);
            self.by_code.insert((Level::Pattern, pattern.id.clone()), guid.clone());
            children.push(QdaCode {
                guid,
                name: short(&format!("M{number} {}", named(&pattern.meaning, &pattern.id, language))),
                codable: true,
                colour,
                description: meaning_in_words(&pattern.meaning, language, words),
                children: Vec::new(),
            });
        }
        self.patterns = Some(children.iter().map(|code| code.guid.clone()).collect());
        self.roots.push(QdaCode {
            guid: guid("code heading", &[id, "patterns"]),
            name: format!("M {}", words.patterns),
            codable: false,
            colour,
            description: words.patterns_meaning.to_owned(),
            children,
        });
    }

    /// The id of a code; none where the codebook lacks it.
    pub fn guid_of(&self, level: Level, code: &str) -> Option<&str> {
        self.by_code.get(&(level, code.to_owned())).map(String::as_str)
    }

    /// The id of a claim.
    pub fn claim(&self, topic: &str, side: Side) -> Option<&str> {
        self.claims.get(&(topic.to_owned(), side)).map(String::as_str)
    }
}

fn named(meaning: &Meaning, id: &str, language: Language) -> String {
    let name = meaning.name.get(language);
    if name.is_empty() { id.to_owned() } else { name.to_owned() }
}

/// A name that no tool cuts. The number in front keeps it unique.
fn short(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    let mut cut: String = name.chars().take(LONGEST_NAME - 1).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

fn meaning_in_words(meaning: &Meaning, language: Language, words: &Words) -> String {
    let mut parts = vec![meaning.definition.get(language).to_owned()];
    if !meaning.include.is_empty() {
        parts.push(format!("{}: {}", words.include, meaning.include.join("; ")));
    }
    if !meaning.exclude.is_empty() {
        parts.push(format!("{}: {}", words.exclude, meaning.exclude.join("; ")));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

/// The few words that the tree adds to the codebook's own.
struct Words {
    general: &'static str,
    general_meaning: &'static str,
    supports_a: &'static str,
    rejects_a: &'static str,
    headings: &'static str,
    patterns: &'static str,
    patterns_meaning: &'static str,
    include: &'static str,
    exclude: &'static str,
}

impl Words {
    fn of(language: Language) -> Self {
        match language {
            Language::Nn => Words {
                general: "generelt",
                general_meaning: "Kategorien er sett, men ingen av temaa under han.",
                supports_a: "støttar",
                rejects_a: "avviser A",
                headings: "Kategoriar",
                patterns: "Mønster",
                patterns_meaning: "Går på tvers av kategoriane.",
                include: "Med",
                exclude: "Ikkje med",
            },
            Language::En => Words {
                general: "general",
                general_meaning: "The theme is set, but none of the topics under it.",
                supports_a: "supports",
                rejects_a: "rejects A",
                headings: "Themes",
                patterns: "Patterns",
                patterns_meaning: "Across the themes.",
                include: "Include",
                exclude: "Exclude",
            },
            Language::Nb | Language::Other => Words {
                general: "generelt",
                general_meaning: "Kategorien er satt, men ingen av temaene under den.",
                supports_a: "støtter",
                rejects_a: "avviser A",
                headings: "Kategorier",
                patterns: "Mønstre",
                patterns_meaning: "Går på tvers av kategoriene.",
                include: "Med",
                exclude: "Ikke med",
            },
        }
    }
}
