//! The one place that knows how the system guards files: on Unix files are 0600, folders 0700, and a name can
//! be a link. Elsewhere the system's own defaults hold and the link is a small file with the name in it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates a new file that only its owner can read; fails where one is there.
///
/// # Errors
/// As the system says.
pub fn create_private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Creates a folder, and the folders above it, that only their owner can enter; one that is there is left as it is.
///
/// # Errors
/// As the system says.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Creates a folder with a name of its own in `place`, for files that are not finished.
///
/// # Errors
/// As the system says.
pub fn create_scratch_folder(place: &Path, prefix: &str) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    builder.tempdir_in(place)
}

/// Makes sure that the entries of a folder have reached the disk.
///
/// # Errors
/// As the system says.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path; // only Unix can open a folder to sync it
    Ok(())
}

/// Makes `pointer` lead to the folder `name` beside it.
///
/// # Errors
/// As the system says; `pointer` must not be there.
pub fn create_pointer(pointer: &Path, name: &str) -> io::Result<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(name, pointer)
    }
    #[cfg(not(unix))]
    {
        use std::io::Write;
        create_private_file(pointer)?.write_all(format!("{name}\n").as_bytes())
    }
}
