//! The program itself, run as a process.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server that runs, and ends with the test.
pub struct Server {
    child: Child,
    addr: SocketAddr,
}

impl Server {
    /// Starts one on the data folder and waits until it serves.
    pub fn start(data: &Path) -> Self {
        let mut child = command(data).arg("serve").spawn().expect("it starts");
        let (sender, log) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let until = Instant::now() + PATIENCE;
        let mut seen = String::new();
        let addr = loop {
            let line = log
                .recv_timeout(until.saturating_duration_since(Instant::now()))
                .unwrap_or_else(|_| panic!("it does not serve:\n{seen}"));
            if let Some(addr) = line.split("\"address\":\"").nth(1) {
                break addr.split('"').next().and_then(|addr| addr.parse().ok());
            }
            seen += &line;
            seen += "\n";
        };
        Self {
            child,
            addr: addr.expect("an address"),
        }
    }

    /// Its process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Status line, headers and body of an answer.
    pub fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.addr).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    /// Sends a signal, such as `TERM`, and waits for the end.
    pub fn end_with(self, signal: &str) -> ExitStatus {
        send(signal, self.child.id());
        self.wait()
    }

    /// Waits for the end.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // A kill would leave its PostgreSQL behind.
            send("TERM", self.child.id());
            let _ = self.child.wait();
        }
    }
}

/// Sends a signal to a process.
pub fn send(signal: &str, pid: u32) {
    let sent = Command::new("kill")
        .args(["-s", signal, &pid.to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
}

/// The program on this data folder, with nothing else set, at any free port.
pub fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dealwright"));
    command
        .env_remove("DATABASE_URL")
        .env("DEALWRIGHT_DATA", data)
        .env("DEALWRIGHT_ADDR", "127.0.0.1:0")
        .env("DEALWRIGHT_LOG_FORMAT", "json")
        .current_dir(data.parent().expect("a parent"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the program to its end, which is a failure, and gives its words.
pub fn failure(mut command: Command) -> String {
    let output = command.output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    said
}

/// A folder that an unprivileged user may pass through, as a real one is.
pub fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("dealwright-test-")
        .permissions(std::fs::Permissions::from_mode(0o755))
        .tempdir()
        .expect("a folder")
}
