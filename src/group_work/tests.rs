//! What was planted comes out as planted; what is wrong is told with its line and left out.

use std::fs;
use std::path::Path;

use super::*;
use crate::codebook::{self, Codebook};
use crate::patterns::{ConsensusWord, Side};

fn codebook() -> Codebook {
    codebook::builtin().unwrap()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn work(files: &[(&str, &str)]) -> GroupWork {
    summarise(&read(folder(files).path(), &codebook()).unwrap(), &codebook()).unwrap()
}

/// Twelve tables; each topic with its votes a table at first, how many tables keep it, and how many of those choose A.
fn planted(topics: &[(&str, usize, usize, usize)]) -> String {
    let mut file = "group,round,topic,claim,votes,rank\n".to_owned();
    for (topic, votes, kept, for_a) in topics {
        for table in 1..=12 {
            file.push_str(&format!("Bord {table},initial,{topic},,{votes},\n"));
            if table <= *kept {
                file.push_str(&format!("Bord {table},selected,{topic},,,\n"));
                let side = if table <= *for_a { "A" } else { "B" };
                file.push_str(&format!("Bord {table},claim,{topic},{side},6,\n"));
            }
        }
    }
    file
}

#[test]
fn planted_votes_come_out_as_planted() {
    let votes = planted(&[
        ("collaboration/silos", 5, 12, 12),
        ("collaboration/other_actors", 3, 8, 6),
        ("framework/regulation", 3, 12, 8),
        ("culture/employee_or_leader_driven", 2, 12, 6),
        ("implementation/unlearning", 6, 3, 2),
        ("implementation/spreading", 1, 4, 4),
    ]);
    let work = work(&[("votes.csv", &votes)]);
    let topic = |code: &str| work.topics.iter().find(|topic| topic.topic == code).unwrap();
    let silos = topic("collaboration/silos");
    assert_eq!((silos.initial, silos.kept.k, silos.kept.n), (60, 12, 12));
    assert_eq!((silos.claims.word, silos.claims.lead), (ConsensusWord::Unanimous, Some(Side::A)));
    let regulation = topic("framework/regulation");
    assert_eq!((regulation.claims.leading.k, regulation.claims.leading.n), (8, 12), "8 av 12 bord");
    assert_eq!(regulation.claims.word, ConsensusWord::Majority);
    assert_eq!(topic("culture/employee_or_leader_driven").claims.word, ConsensusWord::Split);
    assert_eq!(topic("culture/employee_or_leader_driven").claims.lead, None);
    assert_eq!(topic("implementation/spreading").claims.word, ConsensusWord::TooFew);
    let first_only: Vec<&str> =
        work.topics.iter().filter(|topic| topic.at_first_only).map(|topic| topic.topic.as_str()).collect();
    assert_eq!(first_only, ["implementation/unlearning"]);
    let leading = |theme: &str| -> Vec<&str> {
        let card = work.cards.iter().find(|card| card.theme == theme).unwrap();
        card.leading.iter().map(|leading| work.topics[leading.topic].topic.as_str()).collect()
    };
    assert_eq!(leading("collaboration"), ["collaboration/silos"]);
    assert_eq!(leading("implementation"), ["implementation/spreading", "implementation/unlearning"], "parted by one");
}

#[test]
fn a_group_chooses_only_between_the_claims_of_cards_it_kept() {
    let votes = "group;round;topic;claim;votes;rank\n\
        Bord 1;selected;Siloer;;;1\n\
        Bord 1;claim;Siloer;A;4;\n\
        Bord 1;claim;Regelverk;B;4;\n\
        Bord 2;claim;silos;begge;4;\n\
        Bord 3;selected;collaboration/silos;;;2\n\
        Bord 3;claim;silos;A;2;\n\
        Bord 3;claim;silos;B;2;\n";
    let work = work(&[("votes.csv", votes)]);
    let silos = work.topics.iter().find(|topic| topic.topic == "collaboration/silos").unwrap();
    assert_eq!((silos.kept.k, silos.kept.n), (3, 3), "who selects nothing keeps what it chooses a claim on");
    assert_eq!((silos.claims.a, silos.claims.b, silos.claims.both, silos.claims.even), (1, 0, 1, 1));
    assert_eq!(silos.mean_rank, Some(1.5));
    let regulation = work.topics.iter().find(|topic| topic.topic == "framework/regulation").unwrap();
    assert_eq!((regulation.kept.k, regulation.claims.b), (0, 0));
}

#[test]
fn planted_placements_come_out_as_planted() {
    let mut file = "group,topic,phase,scope\n".to_owned();
    for table in 1..=6 {
        file.push_str(&format!(
            "Bord {table},collaboration/silos,{},systemic\n",
            if table < 4 { "throughout" } else { "a|b|c" }
        ));
        file.push_str(&format!(
            "Bord {table},method/research,{},project\n",
            if table < 3 { "throughout" } else { "a" }
        ));
    }
    file.push_str("Bord 1,framework/regulation,\"b, c\",Systemisk\n");
    let matrix = work(&[("placements.csv", &file)]).matrix.unwrap();
    assert_eq!(matrix.phases, ["a", "b", "c"]);
    assert!(matrix.has_throughout && matrix.groups == 6);
    let through: Vec<(&str, usize, usize)> =
        matrix.throughout.iter().map(|(topic, count)| (topic.as_str(), count.k, count.n)).collect();
    assert_eq!(through, [("collaboration/silos", 6, 6)], "two of six is not half");
    let cell = |scope: &str, column: usize| {
        let row = matrix.scopes.iter().position(|known| known == scope).unwrap();
        matrix.cells[row][column].placements
    };
    assert_eq!((cell("systemic", 0), cell("systemic", 1), cell("systemic", 2), cell("systemic", 3)), (3, 4, 4, 3));
    assert_eq!((cell("project", 0), cell("project", 3), cell("cultural", 0)), (4, 2, 0));
}

#[test]
fn orientations_are_counted_once_a_person_in_the_order_of_the_codebook() {
    let file = "respondent,group,value\nr1,Bord 1,present\nr2,Bord 1,Nær framtid\nr3,Bord 2,present\nr1,Bord 1,past\n";
    let work = work(&[("orientation.csv", file)]);
    let orientation = work.orientation.unwrap();
    let counts: Vec<(&str, usize)> =
        orientation.values.iter().map(|value| (value.value.as_str(), value.count.k)).collect();
    assert_eq!(counts, [("past", 0), ("present", 2), ("near_future", 1), ("far_future", 0)]);
    assert_eq!((orientation.n, work.problems.len()), (3, 1));
    assert!(work.problems[0].to_string().contains("orientation.csv:5: same respondent as line 2"));
}

#[test]
fn each_wrong_row_is_told_with_its_line_and_how_to_mend_it_and_without_its_contents() {
    let votes = "group,round,topic,claim,votes,rank\n\
        Bord 1,initial,collaboration/silos,,3,\n\
        Bord 1,initial,collaboration/hemmelig,,3,\n\
        Bord 1,sist,collaboration/silos,,3,\n\
        Bord 2,initial,collaboration/silos,,-3,\n\
        Bord 2,initial,collaboration/silos,,\"2,5\",\n\
        Bord 1,initial,Siloer,,4,\n\
        Bord 2,claim,collaboration/silos,,3,\n\
        Bord 2,claim,collaboration/silos,C,3,\n\
        ,initial,collaboration/silos,,3,\n\
        Bord 2,selected,collaboration/silos,,1,0\n";
    let placements = "group,topic,phase,scope\nBord 1,silos,,systemic\nBord 1,silos,a,hemmelig\nBord 1,silos,a,systemic\nBord 1,silos,a,systemic\n";
    let read = read(folder(&[("votes.csv", votes), ("placements.csv", placements)]).path(), &codebook()).unwrap();
    let told: Vec<String> = read.problems.iter().map(ToString::to_string).collect();
    let expected = [
        ("votes.csv:3:", "unknown topic"),
        ("votes.csv:4:", "unknown round"),
        ("votes.csv:5:", "negative votes"),
        ("votes.csv:6:", "no whole number"),
        ("votes.csv:7:", "as line 2"),
        ("votes.csv:8:", "no claim"),
        ("votes.csv:9:", "unknown claim"),
        ("votes.csv:10:", "no group"),
        ("votes.csv:11:", "rank 0"),
        ("placements.csv:2:", "no phase"),
        ("placements.csv:3:", "unknown scope"),
        ("placements.csv:5:", "as line 4"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (line, (place, what)) in told.iter().zip(expected) {
        assert!(line.contains(place) && line.contains(what), "{line}");
        assert!(!line.contains("hemmelig") && !line.contains('\n'), "{line}");
    }
    assert_eq!((read.votes.len(), read.placements.len()), (1, 1));
}

#[test]
fn a_file_without_a_needed_column_says_which() {
    let folder = folder(&[("votes.csv", "gruppe;runde\nBord 1;initial\n")]);
    let error = read(folder.path(), &codebook()).unwrap_err().to_string();
    assert!(error.contains("votes.csv:1: no column \"topic\""), "{error}");
}

#[test]
fn a_file_as_norwegian_excel_saves_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, _, _) =
        encoding_rs::WINDOWS_1252.encode("Gruppe;Runde;Tema;Påstand;Stemmer\r\nBord Ø;påstand;Delegering;A;3\r\n");
    fs::write(folder.path().join("votes.csv"), bytes).unwrap();
    let read = read(folder.path(), &codebook()).unwrap();
    assert_eq!((read.votes[0].group.as_str(), read.votes[0].claim), ("Bord Ø", Some(Claim::A)));
}

#[test]
fn nothing_there_is_nothing_to_tell() {
    let folder = tempfile::tempdir().unwrap();
    assert!(summarise(&read(folder.path(), &codebook()).unwrap(), &codebook()).is_none());
    assert!(read(Path::new("/nowhere/at/all"), &codebook()).unwrap().is_empty());
}
