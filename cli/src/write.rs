//! Writes a file in the place of another: at once or not at all, and like the one before in all but the text.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::input::Encoding;

/// Why a file is not written. It is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is a pipe, a device or a directory.
    #[error("it is no regular file")]
    NotRegular,
    /// Other names of it would keep the old text.
    #[error("it has {0} hard links, and the others would keep the old text; write it by hand")]
    HardLinks(u64),
    /// It was written since it was read.
    #[error("it has changed since it was read; run this again")]
    Changed,
    /// Its owner, group or mode cannot be given to a new file.
    #[error("a new file cannot get its owner and mode ({0}); run this as its owner")]
    Owner(io::Error),
    /// It cannot be read or written.
    #[error("cannot write it: {0}")]
    Io(#[from] io::Error),
}

/// Puts `new` in the place of `old`, the text that was read from the file. Owner, group, mode and encoding stay, and so does
/// a symbolic link that leads to the file.
///
/// # Errors
/// If the file is not what it was or cannot be kept as it is. It has not been touched then.
pub fn replace(path: &Path, old: &str, new: &str, encoding: Encoding) -> Result<(), Refusal> {
    let path = path.canonicalize()?;
    // A pipe is not even opened: that would wait for somebody at its other end.
    let metadata = fs::metadata(&path)?;
    if !metadata.is_file() {
        return Err(Refusal::NotRegular);
    }
    let links = links(&metadata);
    if links > 1 {
        return Err(Refusal::HardLinks(links));
    }
    // Whoever may not write a file may still be allowed to put another in its place.
    drop(OpenOptions::new().write(true).open(&path)?);
    if fs::read(&path)? != encoding.encode(old) {
        return Err(Refusal::Changed);
    }
    let directory = path.parent().ok_or(Refusal::NotRegular)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(&encoding.encode(new))?;
    // The owner first: a change of it takes special bits of the mode away.
    keep_owner(file.as_file(), &metadata).map_err(Refusal::Owner)?;
    file.as_file().set_permissions(metadata.permissions()).map_err(Refusal::Owner)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(unix)]
fn links(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn links(_: &Metadata) -> u64 {
    1
}

#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let new = file.metadata()?;
    let change = |new: u32, old: u32| (new != old).then_some(old);
    match (change(new.uid(), old.uid()), change(new.gid(), old.gid())) {
        (None, None) => Ok(()),
        (owner, group) => fchown(file, owner, group),
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
    use std::process::Command;

    use super::*;

    #[test]
    fn everything_but_the_text_stays() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("a.yaml"), directory.path().join("link.yaml"));
        symlink(&path, &link).unwrap();
        for (encoding, mode) in [(Encoding::Utf8, 0o640), (Encoding::Utf8WithMark, 0o4755), (Encoding::Utf16Le, 0o600)]
        {
            fs::write(&path, encoding.encode("old: é\n")).unwrap();
            // As root, an owner who is somebody else; others cannot give a file away.
            let _ = chown(&path, Some(1234), Some(4321));
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let before = fs::metadata(&path).unwrap();
            replace(&link, "old: é\n", "new: é\n", encoding).unwrap();
            let after = fs::metadata(&path).unwrap();
            assert_eq!(fs::read(&path).unwrap(), encoding.encode("new: é\n"));
            assert_eq!((after.mode() & 0o7777, after.uid(), after.gid()), (mode, before.uid(), before.gid()));
            assert!(link.is_symlink());
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "nothing is left behind");
    }

    #[test]
    fn a_hard_link_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let (path, other) = (directory.path().join("a.yaml"), directory.path().join("b.yaml"));
        fs::write(&path, "old").unwrap();
        fs::hard_link(&path, &other).unwrap();
        let refusal = replace(&path, "old", "new", Encoding::Utf8).unwrap_err();
        assert!(matches!(refusal, Refusal::HardLinks(2)), "{refusal}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    }

    #[test]
    fn pipes_and_devices_are_not_touched() {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("pipe.yaml");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe.as_path(), Path::new("/dev/null"), directory.path()] {
            let refusal = replace(path, "", "new", Encoding::Utf8).unwrap_err();
            assert!(matches!(refusal, Refusal::NotRegular), "{refusal}");
        }
    }

    #[test]
    fn what_has_changed_or_is_gone_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.yaml");
        fs::write(&path, "changed").unwrap();
        let refusal = replace(&path, "old", "new", Encoding::Utf8).unwrap_err();
        assert!(matches!(refusal, Refusal::Changed), "{refusal}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "changed");
        fs::remove_file(&path).unwrap();
        assert!(matches!(replace(&path, "old", "new", Encoding::Utf8), Err(Refusal::Io(_))));
    }
}
