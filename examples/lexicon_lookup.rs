//! Shows what the lexicon makes of words: forms on standard input, one a line; form, lemma, parts out.

use std::io::{BufRead, stdin};

use innspill::text::Lexicon;

fn main() -> anyhow::Result<()> {
    let lexicon = Lexicon::get();
    for line in stdin().lock().lines() {
        let form = line?;
        println!("{form}\t{}\t{}", lexicon.lemma(&form), lexicon.parts(&form).join(" + "));
    }
    Ok(())
}
