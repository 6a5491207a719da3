//! A project of made-up answers, for the tests of what happens from night to night.

#![allow(dead_code)] // each test file uses its part

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// Numbers that look random and come the same every time (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

const WHO: &[&str] =
    &["Kommunen", "Staten", "Etaten", "Lederne", "De ansatte", "Fylket", "Innbyggerne", "Avdelingen vår"];
const DOES: &[&str] = &["må", "bør", "kan ikke", "ønsker å", "klarer ikke å", "skulle gjerne", "trenger å", "vil"];
const WHAT: &[&str] = &[
    "bygge ned siloene mellom sektorene",
    "bruke kunstig intelligens i saksbehandlingen",
    "ta innbyggerne med fra starten",
    "få mer tid og penger til utvikling",
    "dele erfaringer på tvers av enheter",
    "tåle at forsøk feiler",
    "forenkle regelverket",
    "gi medarbeiderne større ansvar",
    "spre det som virker",
    "slutte med rapporter ingen leser",
];
const WHY: &[&str] =
    &["nå", "i årene som kommer", "uten flere utredninger", "før budsjettet legges", "sammen med frivilligheten", ""];

/// An answer that nobody wrote.
pub fn sentence(numbers: &mut Numbers) -> String {
    let mut pick = |list: &[&'static str]| list[numbers.below(list.len())];
    let (who, does, what, why) = (pick(WHO), pick(DOES), pick(WHAT), pick(WHY));
    format!("{who} {does} {what} {why}").trim_end().to_owned() + "."
}

/// Rows by id: text and table.
pub type Rows = BTreeMap<u32, (String, String)>;

/// A project folder.
pub struct Project {
    _place: tempfile::TempDir,
    pub folder: PathBuf,
}

impl Project {
    pub fn new(name: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join(name);
        fs::create_dir_all(folder.join("input")).unwrap();
        let project = Project { _place: place, folder };
        project.settings("");
        fs::write(project.folder.join("codebook.toml"), codebook("silo")).unwrap();
        project
    }

    /// Writes `innspill.toml` with `more` lines at its end.
    pub fn settings(&self, more: &str) {
        let text = format!("name = \"Prøve\"\nencoder = \"embedded\"\ncodebook = \"codebook.toml\"\n{more}\n");
        fs::write(self.folder.join("innspill.toml"), text).unwrap();
    }

    /// Writes the answers as one file.
    pub fn write(&self, rows: &Rows) {
        let mut text = String::from("id;svar;bord\n");
        for (id, (answer, table)) in rows {
            text.push_str(&format!("{id};{answer};{table}\n"));
        }
        fs::write(self.folder.join("input/svar.csv"), text).unwrap();
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
        command.arg(arguments[0]).arg(&self.folder).args(&arguments[1..]).env_remove("SOURCE_DATE_EPOCH");
        command
    }

    /// Runs a night that must succeed.
    pub fn night(&self, more: &[&str]) {
        let arguments: Vec<&str> = ["run", "--quiet"].iter().chain(more).copied().collect();
        self.command(&arguments).assert().success();
    }

    pub fn out(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join("out/latest").join(name)).unwrap()
    }

    pub fn manifest(&self) -> serde_json::Value {
        serde_json::from_str(&self.out("run.json")).unwrap()
    }

    pub fn change(&self, pointer: &str) -> u64 {
        self.manifest().pointer(&format!("/changes/{pointer}")).and_then(serde_json::Value::as_u64).unwrap_or_default()
    }

    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.join("innspill.db")).unwrap()
    }

    /// What SQLite says of the file.
    pub fn integrity(&self) -> String {
        self.database().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
    }

    /// Panics unless every file of `out/latest` is as its manifest says.
    pub fn assert_latest_whole(&self) {
        use sha2::{Digest, Sha256};
        let latest = self.folder.join("out/latest");
        let manifest = self.manifest();
        let files = manifest["files"].as_array().unwrap();
        assert!(files.len() > 5);
        for file in files {
            let bytes = fs::read(latest.join(file["name"].as_str().unwrap())).unwrap();
            let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hash, file["sha256"].as_str().unwrap(), "{}", file["name"]);
        }
    }

    /// `answers.csv` without the columns of clusters, which come from the project's own ledger.
    pub fn answers_without_clusters(&self) -> Vec<Vec<String>> {
        let text = self.out("answers.csv");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let keep: Vec<bool> = rows[0].iter().map(|name| !name.starts_with("cluster_")).collect();
        assert!(keep.contains(&false));
        let kept = |row: &csv::StringRecord| {
            row.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(cell, _)| cell.to_owned()).collect()
        };
        rows.iter().map(kept).collect()
    }

    /// Answers' ids to the ids of their clusters.
    pub fn clusters(&self) -> BTreeMap<String, String> {
        let text = self.out("answers.csv");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let heads = reader.headers().unwrap().clone();
        let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
        let (id, cluster) = (column("id"), column("cluster_id"));
        reader.records().map(|row| row.unwrap()).map(|row| (row[id].to_owned(), row[cluster].to_owned())).collect()
    }

    /// The sets of answers that are in one cluster, whatever it is called.
    pub fn membership(&self) -> Vec<Vec<String>> {
        let mut sets: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (answer, cluster) in self.clusters() {
            sets.entry(cluster).or_default().push(answer);
        }
        let mut sets: Vec<Vec<String>> = sets.into_values().collect();
        sets.sort();
        sets
    }
}

/// A small codebook; `term` points to its first pattern.
pub fn codebook(term: &str) -> String {
    format!(
        r#"[codebook]
id = "prove"
version = "1"
name.nb = "Prøve"

[[theme]]
id = "samarbeid"
name.nb = "Samarbeid"

[[theme.topic]]
id = "siloer"
name.nb = "Siloer"
terms.nb = ["silo"]

[[theme.topic]]
id = "deling"
name.nb = "Deling"
terms.nb = ["dele erfaringer"]

[[pattern]]
id = "emne"
name.nb = "Emnet"
terms.nb = ["{term}"]

[[pattern]]
id = "ki"
name.nb = "Kunstig intelligens"
terms.nb = ["kunstig intelligens"]
"#
    )
}

/// As many answers as asked for, ids from 1.
pub fn rows(count: u32, numbers: &mut Numbers) -> Rows {
    (1..=count).map(|id| (id, (sentence(numbers), format!("Bord {}", numbers.below(4) + 1)))).collect()
}

pub fn assert_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
    }
}
