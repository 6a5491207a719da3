//! Where pulled models lie, what each holds, and whether it is whole.

use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::EncodeError;
use super::embedded::layout::hexadecimal;

/// The file in a model's folder that says what belongs there.
pub const MANIFEST: &str = "manifest.json";

/// What a model's folder holds, where it came from and what may be done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The model's name.
    pub name: String,
    /// Its licence.
    pub licence: String,
    /// What it was made from.
    pub source: String,
    /// SHA-256, in hexadecimal, of each file.
    pub files: BTreeMap<String, String>,
}

/// The folder of all models: `$INNSPILL_MODELS`, else `innspill/models` in the user's cache.
pub fn models_folder() -> PathBuf {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("INNSPILL_MODELS").unwrap_or_else(|| {
        let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
        cache.unwrap_or_else(env::temp_dir).join("innspill").join("models")
    })
}

/// Reads the manifest of `folder`; None if it has none.
pub fn manifest(folder: &Path) -> Result<Option<Manifest>, EncodeError> {
    let file = folder.join(MANIFEST);
    let text = match std::fs::read(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(EncodeError::io(file)(error)),
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| EncodeError::BadFile { file, why: error.to_string() })
}

/// Compares every file of the model at `folder` with its manifest; returns the manifest if all is well.
pub fn verify(name: &str, folder: &Path) -> Result<Manifest, EncodeError> {
    let not_pulled = || EncodeError::NotPulled { name: name.to_owned(), folder: folder.to_owned() };
    let manifest = manifest(folder)?.ok_or_else(not_pulled)?;
    for (file, wanted) in &manifest.files {
        let file = folder.join(file);
        if sha256(&file)? != *wanted {
            let why = "its bytes are not those that were pulled; remove the folder and pull again".to_owned();
            return Err(EncodeError::BadFile { file, why });
        }
    }
    Ok(manifest)
}

/// SHA-256 of a file, in hexadecimal.
pub fn sha256(file: &Path) -> Result<String, EncodeError> {
    let mut hash = Hasher(Sha256::new());
    let mut open = File::open(file).map_err(EncodeError::io(file))?;
    io::copy(&mut open, &mut hash).map_err(EncodeError::io(file))?;
    Ok(hexadecimal(&hash.0.finalize()))
}

struct Hasher(Sha256);

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(matches!(verify("x", folder.path()), Err(EncodeError::NotPulled { .. })));
        std::fs::write(folder.path().join("a"), "abc").expect("written");
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let mut manifest = Manifest {
            name: "x".into(),
            licence: "MIT".into(),
            source: "here".into(),
            files: BTreeMap::from([("a".into(), digest.into())]),
        };
        let write = |manifest: &Manifest| {
            let text = serde_json::to_vec(manifest).expect("plain data");
            std::fs::write(folder.path().join(MANIFEST), text).expect("written");
        };
        write(&manifest);
        assert_eq!(verify("x", folder.path()).expect("whole"), manifest);
        std::fs::write(folder.path().join("a"), "abd").expect("written");
        assert!(matches!(verify("x", folder.path()), Err(EncodeError::BadFile { .. })));
        manifest.files.insert("b".into(), digest.into());
        write(&manifest);
        assert!(verify("x", folder.path()).is_err());
    }
}
