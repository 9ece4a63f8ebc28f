//! The program at a terminal, and a person who reads what it says and types.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::LONGEST;
use super::desk::Desk;

/// A program whose three streams are a terminal.
pub(super) struct Terminal {
    child: Child,
    keys: File,
    shown: Receiver<Vec<u8>>,
}

impl Terminal {
    /// Runs a command on a desk's folder.
    pub(super) fn run(desk: &Desk, arguments: &[&str]) -> Self {
        let master =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap();
        let path = std::ffi::OsStr::from_bytes(path.as_bytes());
        let stream = || {
            let terminal = OpenOptions::new().read(true).write(true).open(path).unwrap();
            Stdio::from(terminal)
        };
        let child = Command::new(env!("CARGO_BIN_EXE_watchlistd"))
            .env_clear()
            .args(arguments)
            .arg("--config")
            .arg(desk.folder())
            .stdin(stream())
            .stdout(stream())
            .stderr(stream())
            .spawn()
            .unwrap();
        let keys = File::from(master);
        let mut screen = keys.try_clone().unwrap();
        let (send, shown) = mpsc::channel();
        thread::spawn(move || {
            let mut room = [0; 4_096];
            // A terminal that nobody holds any more ends with an error.
            while let Ok(read) = screen.read(&mut room) {
                if read == 0 || send.send(room[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, keys, shown }
    }

    /// Reads on until these words are shown; answers all that was shown up to then.
    #[track_caller]
    pub(super) fn shows(&mut self, words: &str) -> String {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            if text.contains(words) {
                return text;
            }
            match self.shown.recv_timeout(LONGEST) {
                Ok(more) => bytes.extend(more),
                Err(_) => panic!("'{words}' is not shown but:\n{text}"),
            }
        }
    }

    /// Types a line.
    pub(super) fn types(&mut self, line: &str) {
        self.keys.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Waits for the program; answers its exit code and what else was shown.
    pub(super) fn ends(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        let mut bytes = Vec::new();
        // The end comes when the last stream of the program is closed.
        while let Ok(more) = self.shown.recv_timeout(LONGEST) {
            bytes.extend(more);
        }
        (code, String::from_utf8_lossy(&bytes).replace("\r\n", "\n"))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Already gone is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
