//! Charts and overlays, rendered by the programs that deploy them.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use super::documents::{Expected, Source, split};
use super::outcome::Unreadable;
use super::text::MAX_FILE;

/// How much of what a program says is wrong is shown.
const MAX_MESSAGE: usize = 600;

/// How to render charts and overlays.
#[derive(Debug, Clone)]
pub struct Rendering {
    /// The program `helm`: a name on the path, or a path.
    pub helm: PathBuf,
    /// The programs that build overlays, in the order in which they are tried, with what comes before the directory.
    pub kustomize: Vec<(PathBuf, String)>,
    /// The namespace of the release.
    pub namespace: String,
    /// The name of the release.
    pub release_name: String,
    /// Files of values for all charts, the later ones first in rank.
    pub values: Vec<PathBuf>,
    /// Single values for all charts, as `helm --set` takes them.
    pub set: Vec<String>,
    /// How long a program may take.
    pub timeout: Duration,
}

impl Default for Rendering {
    fn default() -> Self {
        Self {
            helm: "helm".into(),
            kustomize: vec![("kustomize".into(), "build".to_owned()), ("kubectl".into(), "kustomize".to_owned())],
            namespace: "default".to_owned(),
            release_name: "release-name".to_owned(),
            values: Vec::new(),
            set: Vec::new(),
            timeout: Duration::from_secs(120),
        }
    }
}

/// Why a program has not rendered anything.
enum Failure {
    /// It isn't on the path.
    NoProgram,
    /// It said so, or took too long.
    Failed(String),
}

impl Rendering {
    /// The texts to which `helm` renders a chart, one a template.
    pub(super) fn chart(&self, directory: &Path) -> Result<Vec<Source>, Unreadable> {
        let shown = directory.display();
        let mut arguments: Vec<OsString> = vec!["template".into(), self.release_name.clone().into(), directory.into()];
        arguments.extend(["--namespace".into(), self.namespace.clone().into(), "--include-crds".into()]);
        arguments.extend(self.values.iter().flat_map(|file| ["--values".into(), file.into()]));
        arguments.extend(self.set.iter().flat_map(|value| ["--set".into(), value.into()]));
        let by_hand = format!("helm template {} {shown} | oke-vn check -", self.release_name);
        match self.run(&self.helm, &arguments) {
            Ok(text) => Ok(by_template(directory, &text, &format!("helm template {} {shown}", self.release_name))),
            Err(Failure::NoProgram) => Err(unreadable(
                directory,
                format!("a chart, and helm is not on the path; install it, or run it elsewhere: `{by_hand}`"),
            )),
            Err(Failure::Failed(reason)) => {
                Err(unreadable(directory, format!("helm cannot render this chart: {reason}; try `{by_hand}`")))
            }
        }
    }

    /// The text to which kustomize builds an overlay.
    pub(super) fn overlay(&self, directory: &Path) -> Result<Vec<Source>, Unreadable> {
        let shown = directory.display().to_string();
        for (program, command) in &self.kustomize {
            let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let rendered_by = format!("{name} {command} {shown}");
            return match self.run(program, &[command.into(), directory.into()]) {
                Ok(text) => Ok(vec![source(shown, text, rendered_by)]),
                Err(Failure::NoProgram) => continue,
                Err(Failure::Failed(reason)) => {
                    let reason =
                        format!("{name} cannot build this overlay: {reason}; try `{rendered_by} | oke-vn check -`");
                    Err(unreadable(directory, reason))
                }
            };
        }
        let reason = format!(
            "an overlay, and neither kustomize nor kubectl is on the path; install one of them, or run it elsewhere: \
             `kustomize build {shown} | oke-vn check -`"
        );
        Err(unreadable(directory, reason))
    }

    fn run(&self, program: &Path, arguments: &[OsString]) -> Result<String, Failure> {
        let spawned = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = spawned.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::NoProgram,
            _ => Failure::Failed(error.to_string()),
        })?;
        let deadline = Instant::now() + self.timeout;
        let (output, errors) = (collect(child.stdout.take()), collect(child.stderr.take()));
        let too_long = || Failure::Failed(format!("it took more than {} seconds", self.timeout.as_secs()));
        let Some(success) = wait(&mut child, deadline) else {
            // Nothing can be done about a child that does not even end like this.
            let _ = child.kill();
            let _ = child.wait();
            return Err(too_long());
        };
        let rest = deadline.saturating_duration_since(Instant::now()) + Duration::from_secs(1);
        let output = output.recv_timeout(rest).map_err(|_| too_long())?;
        if !success {
            let errors = errors.recv_timeout(rest).unwrap_or_default();
            return Err(Failure::Failed(message(&String::from_utf8_lossy(&errors))));
        }
        if u64::try_from(output.len()).is_ok_and(|length| length > MAX_FILE) {
            return Err(Failure::Failed(format!("it makes more than {} MiB", MAX_FILE >> 20)));
        }
        String::from_utf8(output).map_err(|_| Failure::Failed("what it makes is not UTF-8".to_owned()))
    }
}

/// Reads a pipe to its end, beside everything else, so that it never fills up.
fn collect(pipe: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(pipe) = pipe {
            // What was read before an error is as good as nothing: the program's status tells.
            let _ = pipe.take(MAX_FILE + 1).read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}

/// Whether a program has ended well; `None` if it goes on beyond the deadline.
fn wait(child: &mut Child, deadline: Instant) -> Option<bool> {
    let mut pause = Duration::from_millis(2);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status.success()),
            Ok(None) if Instant::now() < deadline => thread::sleep(pause),
            _ => return None,
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// What a program says is wrong, on one line: from the line of its error on.
fn message(errors: &str) -> String {
    let lines: Vec<&str> = errors.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_error = |line: &&str| line.to_ascii_lowercase().starts_with("error");
    let from = lines.iter().position(is_error).unwrap_or_default();
    let text = lines[from..].join(" ");
    let text = text.strip_prefix("Error: ").or_else(|| text.strip_prefix("error: ")).unwrap_or(&text);
    match text.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None if text.is_empty() => "it ended without a word".to_owned(),
        None => text.to_owned(),
    }
}

/// What helm has rendered, by the templates that it says each document comes from.
fn by_template(directory: &Path, text: &str, rendered_by: &str) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for piece in split(text) {
        let part = &text[piece.range];
        // `# Source: <name of the chart>/templates/pod.yaml`
        let named = part.lines().take(3).find_map(|line| line.strip_prefix("# Source: "));
        let file = named.and_then(|file| file.split_once('/')).map(|(_, file)| directory.join(file));
        let name = file.unwrap_or_else(|| directory.to_owned()).display().to_string();
        match sources.last_mut() {
            Some(last) if last.name == name => last.text.push_str(part),
            _ => sources.push(source(name, part.to_owned(), rendered_by.to_owned())),
        }
    }
    sources
}

fn source(name: String, text: String, rendered_by: String) -> Source {
    Source { name, text, rendered_by: Some(rendered_by), expected: Expected::Named, ..Source::default() }
}

fn unreadable(directory: &Path, reason: String) -> Unreadable {
    Unreadable { file: directory.display().to_string(), at: None, reason }
}
