//! Laws of the report: links resolve, numbers equal what they reach, nothing unescaped, every language complete.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::export::{Edition, fixture};
use crate::run_description::{HumanCheck, RunDescription};
use crate::text::Language;

fn page(edition: Edition, description: &RunDescription) -> String {
    let analysis = fixture::analysis(360);
    let least = if edition == Edition::Shared { 5 } else { 0 };
    let patterns = fixture::patterns(&analysis, least);
    let codebook = fixture::codebook();
    let source = Source { analysis: &analysis, codebook: &codebook, patterns: &patterns, edition, least: 5 };
    render(&source, description).unwrap()
}

fn internal() -> String {
    page(Edition::Internal, &fixture::description())
}

/// Values of an attribute, in order.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(&start).skip(1).filter_map(|rest| rest.split_once('"').map(|(value, _)| value)).collect()
}

/// The text of a page or part of one, without tags, each on its own line where a block ends.
fn text(html: &str) -> String {
    let blocks = ["</p>", "</h1>", "</div>", "</dd>"].iter().fold(html.to_owned(), |text, end| text.replace(end, "\n"));
    let mut plain = String::new();
    let mut inside = false;
    for character in blocks.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            other if !inside => plain.push(other),
            _ => {}
        }
    }
    let plain = plain
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .replace("&quot;", "\"")
        .replace("&#160;", " ");
    let lines = plain.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn first_screen(page: &str) -> String {
    let (_, rest) = page.split_once("<header class=\"first\">").unwrap();
    let (header, _) = rest.split_once("</header>").unwrap();
    text(&header.replace("<dt>", "\n").replace("</dt>", " "))
}

#[test]
fn the_first_screen_reads_in_order() {
    insta::assert_snapshot!(first_screen(&internal()));
}

#[test]
fn the_first_screen_of_a_checked_run_says_what_a_person_found() {
    let check = HumanCheck { answers: 150, tags_set: 200, tags_right: 168, tags_due: 50, tags_found: 40 };
    let description = RunDescription { human_check: Some(check), ..fixture::description() };
    let screen = first_screen(&page(Edition::Internal, &description));
    assert!(screen.contains("Kontrollert av menneske: 150 tilfeldig valgte svar"), "{screen}");
    assert!(screen.contains("84 av 100 merkelapper var riktige; 40 av 50 av dem"), "{screen}");
    assert!(!screen.contains("Ingen svar er kontrollert"));
}

#[test]
fn the_first_screens_figures_add_up() {
    let screen = first_screen(&internal()).replace('\u{a0}', "");
    let number_after = |words: &str| -> usize {
        let rest = screen.split_once(words).unwrap_or_else(|| panic!("{words} in {screen}")).1;
        let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    };
    let received = number_after("Hva ");
    assert_eq!(received, number_after("Med i tallene:") + number_after("Utenfor:"));
    assert_eq!(
        number_after("Med i tallene:"),
        number_after("Kodet:") + number_after("Ikke dekket av kodeboka:") + number_after("Usikre, bør leses av deg:")
    );
    let kinds = ["ønsker", "orakel", "dypdykk", "utfordringer", "sendt to ganger eller ikke lest"];
    assert_eq!(received, kinds.iter().map(|kind| number_after(kind)).sum::<usize>());
}

#[test]
fn every_link_leads_somewhere_and_every_anchor_is_one() {
    for edition in [Edition::Internal, Edition::Shared] {
        let page = page(edition, &fixture::description());
        let anchors = values(&page, "id");
        let unique: BTreeSet<&str> = anchors.iter().copied().collect();
        assert_eq!(unique.len(), anchors.len());
        for href in values(&page, "href") {
            let target = href.strip_prefix('#').unwrap_or_else(|| panic!("{href} leads out of the report"));
            assert!(unique.contains(target), "{href} leads nowhere");
        }
        for name in values(&page, "aria-labelledby") {
            assert!(unique.contains(name), "{name}");
        }
    }
}

#[test]
fn every_number_of_answers_equals_what_its_link_reaches() {
    let page = internal();
    let mut lists: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for part in page.split("<div class=\"list\" id=\"").skip(1) {
        let (id, rest) = part.split_once('"').unwrap();
        let (list, _) = rest.split_once("</div>").unwrap();
        let body = list.split_once("<p>").unwrap().1;
        let shown = list.matches("<li>").count();
        let numbers: Vec<usize> = body
            .split_once("</p>")
            .map(|(intro, _)| intro.split_once("<code>").map_or(intro, |(start, _)| start))
            .unwrap()
            .replace('\u{a0}', "")
            .split(|character: char| !character.is_ascii_digit())
            .filter_map(|digits| digits.parse().ok())
            .collect();
        lists.insert(id, (*numbers.last().unwrap(), shown));
    }
    let mut checked = 0;
    for part in page.split("<a class=\"n\" href=\"#").skip(1) {
        let (target, rest) = part.split_once('"').unwrap();
        let (value, unit) = (values(rest, "data-count")[0], values(rest, "data-unit")[0]);
        let shown = rest.split_once('>').unwrap().1.split_once('<').unwrap().0.replace('\u{a0}', "");
        assert_eq!(shown, value);
        if unit != "answers" || target == "rejects" {
            continue;
        }
        let (total, listed) = lists[target];
        let count: usize = value.parse().unwrap();
        assert_eq!(total, count, "#{target}");
        assert_eq!(listed, count.min(50), "#{target}");
        checked += 1;
    }
    assert!(checked > 60, "{checked}");
}

#[test]
fn nothing_from_the_input_becomes_markup() {
    let mut analysis = fixture::analysis(60);
    let nasty = "<script>alert(1)</script>\"'&<img src=x onerror=y>";
    for record in &mut analysis.records {
        record.answer.groups.insert("sektor".to_owned(), nasty.to_owned());
    }
    analysis.clusters[0].label = nasty.to_owned();
    let patterns = fixture::patterns(&analysis, 0);
    let codebook = fixture::codebook();
    let description = RunDescription { title: nasty.to_owned(), ..fixture::description() };
    for edition in [Edition::Internal, Edition::Shared] {
        let source = Source { analysis: &analysis, codebook: &codebook, patterns: &patterns, edition, least: 5 };
        let page = render(&source, &description).unwrap();
        for markup in ["<script", "<img", "src=x onerror=y>"] {
            assert!(!page.contains(markup), "{markup}");
        }
        assert!(page.contains("&lt;script&gt;"));
        assert!(page.contains("&lt;på tvers&gt; &amp; sammen"));
    }
}

#[test]
fn the_report_asks_nothing_of_the_network() {
    let page = internal();
    for word in ["http://", "https://", "//", "url(", "@import", "<link", "<script"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn every_language_fills_the_whole_page() {
    for (language, tag, word) in [
        (Language::Nb, "lang=\"nb\"", "Slik leser du tallene"),
        (Language::Nn, "lang=\"nn\"", "Slik les du tala"),
        (Language::En, "lang=\"en\"", "How to read the figures"),
    ] {
        let description = RunDescription { language, ..fixture::description() };
        for edition in [Edition::Internal, Edition::Shared] {
            let page = page(edition, &description);
            assert!(page.contains(tag));
            assert!(page.contains(word));
            assert!(!page.contains("{n}") && !page.contains("{k}"), "a place was not filled");
        }
    }
}

#[test]
fn only_the_internal_edition_has_answers_in_it_and_it_says_so() {
    let (internal, shared) = (internal(), page(Edition::Shared, &fixture::description()));
    assert!(internal.contains("Til intern analyse – skal ikke deles"));
    assert!(!shared.contains("skal ikke deles"));
    assert!(internal.contains("<article class=\"answer\""));
    assert!(!shared.contains("<article class=\"answer\""));
    assert!(shared.contains("under 5"), "small counts are hidden");
}

#[test]
fn charts_have_words_for_those_who_do_not_see_them() {
    let page = internal();
    assert!(page.matches("<svg").count() > 5);
    assert_eq!(page.matches("<svg").count(), page.matches("role=\"img\"><title>").count());
}

#[test]
fn shares_of_small_bases_are_not_told_in_percent() {
    let analysis = fixture::analysis(24);
    let patterns = fixture::patterns(&analysis, 0);
    let codebook = fixture::codebook();
    let source =
        Source { analysis: &analysis, codebook: &codebook, patterns: &patterns, edition: Edition::Internal, least: 5 };
    let page = render(&source, &fixture::description()).unwrap();
    assert!(!page.contains("class=\"percent\""));
    assert!(page.contains("12 av 20"), "counts stand in their place");
}

#[test]
fn a_large_material_stays_under_the_greatest_size() {
    let mut analysis = fixture::analysis(6_000);
    for record in &mut analysis.records {
        record.shown = format!("{} {}", record.shown, "og så en lang utgreiing om det samme ".repeat(60));
    }
    let patterns = fixture::patterns(&analysis, 0);
    let codebook = fixture::codebook();
    let source =
        Source { analysis: &analysis, codebook: &codebook, patterns: &patterns, edition: Edition::Internal, least: 5 };
    assert!(render(&source, &fixture::description()).unwrap().len() <= GREATEST_SIZE);
}
