//! Where a store may lie: on a local disk, in a file that only its owner can read.

use std::path::{Path, PathBuf};

use super::StoreError;

/// File systems whose files live on another machine; by the names of /proc/self/mountinfo.
const NETWORK: &[&str] = &[
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "fuse.cephfs",
    "fuse.glusterfs",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "glusterfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "smb3",
    "smbfs",
];

/// Refuses a place on a network file system. Linux tells; elsewhere every place passes.
///
/// # Errors
/// [`StoreError::NetworkFolder`].
pub(super) fn require_local(path: &Path) -> Result<(), StoreError> {
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else { return Ok(()) };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let real = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    match file_system(&mounts, &real) {
        Some(kind) if NETWORK.contains(&kind) => {
            Err(StoreError::NetworkFolder { path: path.to_owned(), kind: kind.to_owned() })
        }
        _ => Ok(()),
    }
}

/// The type of the file system that holds `path`: of the last mounted of the longest mount points above it.
fn file_system<'a>(mounts: &'a str, path: &Path) -> Option<&'a str> {
    let mut best: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        // proc(5): the fifth field is the mount point, and the type stands after a lone hyphen.
        let (Some(point), Some((_, rest))) = (line.split(' ').nth(4), line.split_once(" - ")) else { continue };
        let point = PathBuf::from(unescape(point));
        let depth = point.components().count();
        if path.starts_with(&point) && best.is_none_or(|(deepest, _)| depth >= deepest) {
            best = Some((depth, rest.split(' ').next().unwrap_or("")));
        }
    }
    best.map(|(_, kind)| kind)
}

/// Blanks and backslashes stand as three octal digits.
fn unescape(field: &str) -> String {
    ["\\040 ", "\\011\t", "\\012\n", "\\134\\"].iter().fold(field.to_owned(), |text, escape| {
        let (code, character) = escape.split_at(4);
        text.replace(code, character)
    })
}

/// Makes the file, for its owner alone, if it is not there; SQLite gives its log the same rights.
///
/// # Errors
/// As the system says.
pub(super) fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::at(path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
        30 22 0:40 / /mnt/felles\\040disk rw - nfs4 server:/felles rw\n\
        31 22 0:41 / /mnt rw - tmpfs tmpfs rw\n\
        32 30 0:42 / /mnt/felles\\040disk/lokal rw - xfs /dev/sdb1 rw\n";

    #[test]
    fn the_deepest_mount_point_says_what_holds_a_path() {
        let kind = |path: &str| file_system(MOUNTS, Path::new(path));
        assert_eq!(kind("/home/prosjekt"), Some("ext4"));
        assert_eq!(kind("/mnt/annet"), Some("tmpfs"));
        assert_eq!(kind("/mnt/felles disk/prosjekt"), Some("nfs4"));
        assert_eq!(kind("/mnt/felles disk/lokal/prosjekt"), Some("xfs"));
        assert!(NETWORK.contains(&"nfs4") && !NETWORK.contains(&"xfs"));
    }

    #[test]
    fn a_folder_of_this_machine_passes() {
        let folder = tempfile::tempdir().unwrap();
        assert!(require_local(&folder.path().join("innspill.db")).is_ok());
    }
}
