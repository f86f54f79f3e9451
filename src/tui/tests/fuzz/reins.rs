//! The lanes in hand: what they do, and when it is heard, is decided by the seed and not by how busy the machine is.
//!
//! Nothing is done in the background but while this waits for it, and by one lane at a time.

use std::collections::VecDeque;

use super::super::stage::Stage;
use super::deed::Dice;
use crate::tui::update::Msg;

const LANES: usize = 5;

/// What was said and not yet heard.
#[derive(Debug, Default)]
pub(super) struct Reins(VecDeque<Msg>);

impl Reins {
    /// Takes the lanes of a screen that is settled.
    pub(super) fn take(stage: &Stage) -> Self {
        (0..LANES).for_each(|lane| stage.app.lanes().let_go(lane, 0, 0));
        Self::default()
    }

    /// Lets a lane begin so many jobs and go on with so many, and waits until it has.
    fn let_go(&mut self, stage: &mut Stage, lane: usize, begin: usize, run: usize) {
        if !stage.app.lanes().stand()[lane].0 {
            return;
        }
        stage.app.lanes().let_go(lane, begin, run);
        loop {
            let is_still = stage.app.lanes().stand()[lane].1;
            while let Ok(message) = stage.answers.try_recv() {
                self.0.push_back(message);
            }
            if is_still {
                break;
            }
            std::thread::yield_now();
        }
        stage.app.lanes().let_go(lane, 0, 0);
    }

    fn hear(&mut self, stage: &mut Stage) -> bool {
        let Some(message) = self.0.pop_front() else { return false };
        stage.app.take(message);
        true
    }

    /// Somewhat is done, and somewhat of it is heard, before the next key comes.
    pub(super) fn meanwhile(&mut self, stage: &mut Stage, dice: &mut Dice) {
        for lane in 0..LANES {
            match dice.below(5) {
                0 => self.let_go(stage, lane, usize::MAX, usize::MAX),
                // Begun, and not done: what comes now may cancel it.
                1 => self.let_go(stage, lane, 1, 0),
                2 => self.let_go(stage, lane, 0, 1),
                3 => self.let_go(stage, lane, 1, 1),
                _ => {}
            }
        }
        for _ in 0..dice.below(4) {
            self.hear(stage);
        }
    }

    /// Everything is done and heard.
    pub(super) fn settle(&mut self, stage: &mut Stage) -> Result<(), String> {
        loop {
            for lane in 0..LANES {
                self.let_go(stage, lane, usize::MAX, usize::MAX);
            }
            if !self.hear(stage) {
                break;
            }
        }
        if stage.app.busy() {
            return Err("an answer is due that never comes".to_owned());
        }
        Ok(())
    }
}
