//! Names of files that say the same on every machine.

/// Where the files of a report are: what is needed to name a file from the root of its repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workspace {
    /// The absolute path of the repository's root; empty where there is none.
    pub root: String,
    /// The absolute path that the files' names are relative to.
    pub directory: String,
}

impl Workspace {
    /// The name of a file from the root of the repository, with `/` between its parts. A file outside of the root keeps
    /// the name that the user gave it.
    pub fn relative(&self, file: &str) -> String {
        let absolute = join(&self.directory, file);
        let root = parts(&self.root);
        match parts(&absolute).strip_prefix(root.as_slice()) {
            Some(rest) if !rest.is_empty() && !self.root.is_empty() => rest.join("/"),
            _ if is_absolute(file) => file.to_owned(),
            _ => parts(file).join("/"),
        }
    }
}

fn is_absolute(path: &str) -> bool {
    std::path::Path::new(path).is_absolute()
}

fn join(directory: &str, file: &str) -> String {
    if is_absolute(file) { file.to_owned() } else { format!("{directory}/{file}") }
}

/// The parts of a path, without `.`, and without what a `..` takes back.
fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split(std::path::is_separator) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
}
