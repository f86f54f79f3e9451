//! Stopping the program as a shell's Ctrl-z does: the system's side of it.

#[cfg(unix)]
use nix::sys::signal::{Signal, kill};
#[cfg(unix)]
use nix::unistd::{Pid, getpgid, getpid, getppid, getsid};

#[cfg(unix)]
use super::effect::Stopping;

/// What a shell's control of its jobs goes by.
///
/// The numbers are 0 where a container hides whose they are.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Job {
    group: Pid,
    session: Pid,
}

#[cfg(unix)]
impl Job {
    fn of(process: Pid) -> Option<Self> {
        let (group, session) = (getpgid(Some(process)).ok()?, getsid(Some(process)).ok()?);
        Some(Self { group, session })
    }

    /// Whether a shell started it as a job and waits for it, as far as the program's parent tells.
    ///
    /// A shell that starts jobs gives each a process group of its own, and stays where it was.
    fn is_waited_for(self, parent: Option<Self>) -> bool {
        let near = |parent: Self| parent.group == self.group || parent.session == self.session;
        self.session != self.group && parent.is_some_and(near)
    }
}

/// Why the program is better not stopped: nobody is there who would wake it.
#[cfg(unix)]
pub(crate) fn forbidden() -> Option<&'static str> {
    let parent = getppid();
    // Asked about process 0, the system would tell of the program itself.
    let parent = (parent.as_raw() > 0).then(|| Job::of(parent)).flatten();
    let waits = Job::of(getpid()).is_some_and(|job| job.is_waited_for(parent));
    (!waits).then_some("no shell is waiting here that would bring it back")
}

/// Stops all that the shell started together with this program, where the person asked for it, and this program; returns
/// once somebody wakes it.
#[cfg(unix)]
pub(crate) fn stop(by: Stopping) {
    // It is heard here too, and not heeded again: the loop knows of it.
    if by == Stopping::Person {
        let _ = kill(Pid::from_raw(0), Signal::SIGTSTP);
    }
    // Who listens to SIGTSTP is not stopped by it.
    let _ = kill(getpid(), Signal::SIGSTOP);
}

/// The signals that stop and wake a program.
#[cfg(unix)]
pub(crate) const SIGNALS: [i32; 2] = [Signal::SIGTSTP as i32, Signal::SIGCONT as i32];

/// Why the program is not stopped.
#[cfg(not(unix))]
pub(crate) fn forbidden() -> Option<&'static str> {
    Some("this system cannot stop a program and go on with it later")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn job(group: i32, session: i32) -> Job {
        Job { group: Pid::from_raw(group), session: Pid::from_raw(session) }
    }

    #[test]
    fn only_a_job_of_a_shell_is_stopped() {
        let shell = Some(job(10, 10));
        assert!(job(20, 10).is_waited_for(shell));
        // `sh -c` and the like in between share the group, and may have come from anywhere.
        assert!(job(20, 10).is_waited_for(Some(job(20, 7))));
        // A terminal's only program leads its session.
        assert!(!job(20, 20).is_waited_for(shell));
        // The shell went away, or was never one of this terminal.
        assert!(!job(20, 10).is_waited_for(Some(job(1, 1))));
        assert!(!job(20, 10).is_waited_for(None));
    }

    #[test]
    fn what_a_container_hides_is_a_number_like_others() {
        // Entered from outside: the shell's session has no number within.
        assert!(job(20, 0).is_waited_for(Some(job(10, 0))));
        assert!(!job(0, 0).is_waited_for(None));
        assert!(!job(20, 20).is_waited_for(Some(job(0, 0))));
    }

    #[test]
    fn asking_answers_wherever_the_test_runs() {
        assert_eq!(Job::of(getpid()), Job::of(Pid::from_raw(0)));
        let _ = forbidden();
    }
}
