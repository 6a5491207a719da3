//! Packs what `scripts/build-lexicon` gathered into the files that the binary embeds.
//!
//! `pack_lexicon markers` prints the languages' marker words as JSON; `pack_lexicon pack FROM TO` reads
//! `forms.tsv` and `language.tsv` in FROM and writes `lexicon.fst`, `rules.bin`, `language.bin` to TO.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use innspill::text::{LanguageTable, PROFILES, pack_entry};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["markers"] => print_markers(),
        ["pack", from, to] => {
            pack_forms(Path::new(from), Path::new(to))?;
            pack_language(Path::new(from), Path::new(to))
        }
        _ => bail!("usage: pack_lexicon markers | pack_lexicon pack FROM TO"),
    }
}

fn print_markers() -> Result<()> {
    let markers: BTreeMap<String, &[&str]> = PROFILES
        .iter()
        .map(|profile| Ok((serde_json::to_value(profile.language)?.as_str().unwrap_or("").to_owned(), profile.markers)))
        .collect::<Result<_>>()?;
    println!("{}", serde_json::to_string(&markers)?);
    Ok(())
}

/// A form, how many bytes to cut from its end and what to put there, and its strengths as a part.
struct Row<'a> {
    form: &'a str,
    rule: (u8, &'a str),
    first: u8,
    last: u8,
}

fn pack_forms(from: &Path, to: &Path) -> Result<()> {
    let text = fs::read_to_string(from.join("forms.tsv")).context("forms.tsv")?;
    let rows: Vec<Row> = text.lines().map(read_row).collect::<Result<_>>()?;
    let mut counts: BTreeMap<(u8, &str), usize> = BTreeMap::new();
    for row in &rows {
        *counts.entry(row.rule).or_default() += 1;
    }
    // The most used rules get the smallest numbers, which the map stores in the fewest bytes.
    let mut rules: Vec<_> = counts.into_iter().collect();
    rules.sort_by_key(|&(rule, count)| (std::cmp::Reverse(count), rule));
    let numbers: BTreeMap<(u8, &str), u64> = rules.iter().map(|&(rule, _)| rule).zip(0..).collect();

    let mut map = fst::MapBuilder::memory();
    for row in &rows {
        let number = numbers.get(&row.rule).context("a rule without number")?;
        map.insert(row.form, pack_entry(*number, row.first, row.last))?;
    }
    fs::write(to.join("lexicon.fst"), map.into_inner()?)?;
    fs::write(to.join("rules.bin"), rules_file(&rules.iter().map(|&(rule, _)| rule).collect::<Vec<_>>())?)?;
    Ok(())
}

fn read_row(line: &str) -> Result<Row<'_>> {
    let mut fields = line.split('\t');
    let (Some(form), Some(lemma), Some(first), Some(last)) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        bail!("a row without four fields")
    };
    let common = form.char_indices().zip(lemma.chars()).find(|((_, left), right)| left != right);
    let shared = common.map_or(form.len().min(lemma.len()), |((byte, _), _)| byte);
    let rule = (u8::try_from(form.len() - shared)?, &lemma[shared..]);
    Ok(Row { form, rule, first: first.parse()?, last: last.parse()? })
}

/// Offsets of all rules and of the end (u32, little-endian), then each rule: bytes to cut, text to add.
fn rules_file(rules: &[(u8, &str)]) -> Result<Vec<u8>> {
    let mut offsets = Vec::new();
    let mut body = Vec::new();
    let head = 4 * (rules.len() + 1);
    for (cut, add) in rules {
        offsets.extend_from_slice(&u32::try_from(head + body.len())?.to_le_bytes());
        body.push(*cut);
        body.extend_from_slice(add.as_bytes());
    }
    offsets.extend_from_slice(&u32::try_from(head + body.len())?.to_le_bytes());
    offsets.extend(body);
    Ok(offsets)
}

fn pack_language(from: &Path, to: &Path) -> Result<()> {
    let text = fs::read_to_string(from.join("language.tsv")).context("language.tsv")?;
    let mut rows = Vec::new();
    for line in text.lines().skip(1) {
        let (word, values) = line.split_once('\t').context("a row without values")?;
        let values: Vec<f32> = values.split('\t').map(str::parse).collect::<Result<_, _>>()?;
        rows.push((word, <[f32; LanguageTable::LANES]>::try_from(values).ok().context("a row of another width")?));
    }
    fs::write(to.join("language.bin"), LanguageTable::pack(&rows))?;
    Ok(())
}
