//! Stopping the program as a shell's Ctrl-z does: the system's side of it.

#[cfg(unix)]
use rustix::process::{Pid, Signal, getpgid, getpgrp, getpid, getppid, getsid};

#[cfg(unix)]
use super::effect::Stopping;

/// Why the program is better not stopped: nobody is there who would wake it.
#[cfg(unix)]
pub(crate) fn forbidden() -> Option<&'static str> {
    let (group, session) = (getpgrp(), getsid(None).ok());
    let parent = getppid();
    let of = |ask: fn(Option<Pid>) -> rustix::io::Result<Pid>| {
        parent.and_then(|parent| ask(Some(parent)).ok())
    };
    // A shell that starts jobs gives each a process group of its own, and stays where it was.
    let is_job = session != Some(group);
    let is_waited_for = of(getpgid) == Some(group) || of(getsid) == session;
    (!is_job || !is_waited_for).then_some("no shell is waiting here that would bring it back")
}

/// Stops all that the shell started together with this program, where the person asked for it, and this program; returns
/// once somebody wakes it.
#[cfg(unix)]
pub(crate) fn stop(by: Stopping) {
    // It is heard here too, and not heeded again: the loop knows of it.
    if by == Stopping::Person {
        let _ = rustix::process::kill_current_process_group(Signal::TSTP);
    }
    // Who listens to SIGTSTP is not stopped by it.
    let _ = rustix::process::kill_process(getpid(), Signal::STOP);
}

/// The signals that stop and wake a program.
#[cfg(unix)]
pub(crate) const SIGNALS: [i32; 2] = [Signal::TSTP.as_raw(), Signal::CONT.as_raw()];

/// Why the program is not stopped.
#[cfg(not(unix))]
pub(crate) fn forbidden() -> Option<&'static str> {
    Some("this system cannot stop a program and go on with it later")
}
