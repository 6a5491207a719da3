//! Measures language detection: JSON lines with `text` and `lang` on standard input, a table of what
//! was detected on standard output. Each text counts whole, and once more cut to its first five words.

use std::collections::BTreeMap;
use std::io::{BufRead, stdin};

use anyhow::{Context, Result};
use innspill::text::{detect, words};

fn main() -> Result<()> {
    let show = std::env::args().nth(1);
    let mut tables: [BTreeMap<(String, String), usize>; 2] = Default::default();
    for line in stdin().lock().lines() {
        let row: serde_json::Value = serde_json::from_str(&line?)?;
        let field = |name: &str| row[name].as_str().with_context(|| format!("a row without {name}"));
        let (text, language) = (field("text")?, field("lang")?);
        let end = words(text).nth(4).map_or(text.len(), |range| range.end);
        for (table, text) in tables.iter_mut().zip([text, &text[..end]]) {
            let found = serde_json::to_value(detect(text))?.as_str().unwrap_or("").to_owned();
            if show.as_deref() == Some("--errors") && found != language {
                println!("{language} -> {found}: {text}");
            }
            *table.entry((language.to_owned(), found)).or_default() += 1;
        }
    }
    for (name, table) in ["whole", "five words"].iter().zip(&tables) {
        let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
        for ((language, _), count) in table {
            *totals.entry(language).or_default() += count;
        }
        for ((language, found), count) in table {
            println!(
                "{name}: {language} -> {found}: {count} ({:.4})",
                *count as f64 / totals[language.as_str()] as f64
            );
        }
    }
    Ok(())
}
