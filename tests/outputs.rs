//! Files that a command was asked to write: their rights, and streams that must not mix.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

fn innspill(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_innspill"));
    command.args(arguments).arg("--quiet");
    command
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Runs `tag` on one answer under a umask, writing to `output`.
#[cfg(unix)]
fn tag_under(umask: &str, output: &Path) {
    let shell = format!(
        "umask {umask}; echo '{{\"text\":\"Mer tid\"}}' | '{}' tag - --input-format jsonl --quiet --output '{}'",
        env!("CARGO_BIN_EXE_innspill"),
        output.display()
    );
    Command::new("sh").args(["-c", &shell]).assert().success();
}

#[cfg(unix)]
#[test]
fn an_output_follows_the_umask_and_only_in_a_project_it_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    for (umask, expected) in [("022", 0o644), ("027", 0o640), ("077", 0o600)] {
        let output = folder.path().join(format!("tags{umask}.jsonl"));
        tag_under(umask, &output);
        assert_eq!(mode(&output), expected, "umask {umask}");
    }
    let replaced = folder.path().join("tags022.jsonl");
    fs::set_permissions(&replaced, fs::Permissions::from_mode(0o664)).unwrap();
    tag_under("077", &replaced);
    assert_eq!(mode(&replaced), 0o664, "a file that is replaced keeps its rights");

    fs::create_dir_all(folder.path().join("project/out")).unwrap();
    fs::write(folder.path().join("project/innspill.toml"), "").unwrap();
    let inside = folder.path().join("project/out/tags.jsonl");
    tag_under("022", &inside);
    assert_eq!(mode(&inside), 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "nothing else is left behind");
}

#[test]
fn two_outputs_on_one_stream_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("a.csv");
    fs::write(&input, "text\nMer tid\nMer ro\n").unwrap();
    let arguments = ["cluster", input.to_str().unwrap(), "--output", "-", "--summary", "-"];
    let output = innspill(&arguments).assert().code(2);
    let errors = String::from_utf8(output.get_output().stderr.clone()).unwrap();
    assert!(errors.contains("--summary") && errors.lines().count() == 1, "{errors}");
    assert!(output.get_output().stdout.is_empty());
}
