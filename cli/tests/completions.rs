//! Completion in bash, by its Tab key, and what packages get.

#![cfg(unix)]

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use nix::pty::openpty;

const PROGRAM: &str = env!("CARGO_BIN_EXE_oke-vn");

/// A bash on a terminal, in which the program only prints its arguments.
struct Terminal {
    keys: File,
    screen: Receiver<Vec<u8>>,
    shell: std::process::Child,
}

/// How bash asks for a line.
const PROMPT: &str = "ready> ";

impl Terminal {
    fn new(folder: &Path) -> Self {
        let script = folder.join("oke-vn.bash");
        let printed = Command::new(PROGRAM).args(["completions", "bash"]).output().expect("the program runs");
        fs::write(&script, printed.stdout).expect("a file");
        let start = folder.join("start");
        let functions: String = ["oke-vn", "kubectl-oke_vn"]
            .map(|name| format!("function {name} {{ printf '<%s>' \"$@\"; echo; }}\n"))
            .concat();
        let start_text = format!(
            "set +o history\nbind 'set bell-style none'\nPS1='{PROMPT}'\n{functions}source {}\n",
            script.display()
        );
        fs::write(&start, start_text).expect("a file");

        let terminal = openpty(None, None).expect("a terminal");
        let of_shell = || Stdio::from(terminal.slave.try_clone().expect("another handle"));
        let shell = Command::new("bash")
            .args(["--noprofile", "--rcfile"])
            .arg(&start)
            .arg("-i")
            .current_dir(folder)
            .env("INPUTRC", "/dev/null")
            .env("TERM", "dumb")
            .stdin(of_shell())
            .stdout(of_shell())
            .stderr(of_shell())
            .spawn()
            .expect("bash runs");
        let mut out = File::from(terminal.master.try_clone().expect("another handle"));
        let (sender, screen) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = out.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let mut new = Self { keys: File::from(terminal.master), screen, shell };
        new.until_prompt();
        new
    }

    /// What is on the screen until bash asks for the next line.
    fn until_prompt(&mut self) -> String {
        let mut seen = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&seen).into_owned();
            if text.ends_with(PROMPT) {
                return text;
            }
            match self.screen.recv_timeout(Duration::from_secs(20)) {
                Ok(bytes) => seen.extend(bytes),
                Err(error) => panic!("{error}: {text}"),
            }
        }
    }

    /// The arguments that the program is run with after these keys and Enter.
    fn typed(&mut self, keys: &str) -> String {
        self.keys.write_all(format!("{keys}\n").as_bytes()).expect("bash reads");
        let screen = self.until_prompt();
        screen.lines().find(|line| line.starts_with('<')).unwrap_or(&screen).to_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

#[test]
fn tab_completes_in_bash() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("web-server.yaml"), "").expect("a file");
    let mut terminal = Terminal::new(folder.path());
    for (keys, arguments) in [
        ("oke-vn expl\t", "<explain>"),
        ("oke-vn check --in-p\t", "<check><--in-place>"),
        ("oke-vn check --fail-on ne\t", "<check><--fail-on><never>"),
        ("oke-vn check --fix --output sar\t", "<check><--fix><--output><sarif>"),
        ("oke-vn check --fix web\t", "<check><--fix><web-server.yaml>"),
        ("oke-vn explain fs-group-\t", "<explain><fs-group-change-policy>"),
        ("oke-vn explain exec host-pi\t", "<explain><exec><host-pid>"),
        ("oke-vn plan --surg\t", "<plan><--surge>"),
        ("oke-vn man comp\t", "<man><completions>"),
        ("oke-vn man --out-d\t", "<man><--out-dir>"),
        ("oke-vn completions powe\t", "<completions><powershell>"),
        ("kubectl-oke_vn check --in-p\t", "<check><--in-place>"),
    ] {
        assert_eq!(terminal.typed(keys).trim_end(), arguments, "{keys:?}");
    }
}

#[test]
fn the_plugin_completes_as_kubectl_asks() {
    let folder = tempfile::tempdir().expect("a folder");
    symlink(PROGRAM, folder.path().join("kubectl-oke_vn")).expect("a link");
    let path = std::env::var("PATH").expect("a path");
    let completed = |words: &[&str]| {
        let output = Command::new("bash")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/kubectl_complete-oke_vn"))
            .args(words)
            .env("PATH", format!("{}:{path}", folder.path().display()))
            .output()
            .expect("bash runs");
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    assert_eq!(completed(&["expl"]), "explain\n:0\n");
    assert_eq!(completed(&["check", "--in-p"]), "--in-place\n:0\n");
    assert_eq!(completed(&["check", "--fail-on", ""]), "deny\nwarn\nnever\n:0\n");
    assert_eq!(completed(&["explain", "host-pid", "emptydir-m"]), "emptydir-medium\n:0\n");
    assert_eq!(completed(&["check", "--fix", "no-such-file"]), ":0\n");
    assert!(completed(&[""]).contains("\ncheck\n"));
}

#[test]
fn manual_pages_are_written_for_each_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("share/man1");
    let man = |args: &[&str]| Command::new(PROGRAM).arg("man").args(args).output().expect("the program runs");
    let directory = pages.to_str().expect("text");
    let output = man(&["--out-dir", directory]);
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    let help = Command::new(PROGRAM).arg("--help").output().expect("the program runs").stdout;
    let help = String::from_utf8(help).expect("text");
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("commands");
    let commands: Vec<_> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() >= 6 && commands.contains(&"plan"), "{commands:?}");
    let mut expected = vec!["oke-vn.1".to_owned()];
    // `help` is the help of the others.
    expected.extend(commands.iter().filter(|name| **name != "help").map(|name| format!("oke-vn-{name}.1")));
    expected.sort();
    let entries = fs::read_dir(&pages).expect("a folder");
    let mut written: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    written.sort();
    assert_eq!(written, expected);
    let page = fs::read_to_string(pages.join("oke-vn-plan.1")).expect("a page");
    assert!(page.contains(".TH oke-vn-plan 1") && page.contains("\\-\\-surge"), "{page}");

    assert_eq!(man(&["check", "--out-dir", directory]).status.code(), Some(2));
    let output = man(&["--out-dir", PROGRAM]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(error.contains(&format!("cannot write the manual pages into {PROGRAM}: ")), "{error}");
}
