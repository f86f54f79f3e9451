//! What a person can do on the screen, by name: the vocabulary of keys, palette, help and tests.
//!
//! Knows neither which key does it nor how it is done.

use std::fmt;
use std::str::FromStr;

use crate::text;

macro_rules! actions {
    ($($variant:ident $name:literal $title:literal,)*) => {
        /// One thing a person can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $(#[doc = concat!($title, ".")] $variant,)*
            /// Panics, to see that the terminal is restored; only in debug builds, and in no list.
            #[cfg(debug_assertions)]
            Crash,
        }

        impl Action {
            /// Every action that is offered, in the order of the palette.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in a keymap: `step-back`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    #[cfg(debug_assertions)]
                    Self::Crash => "crash",
                }
            }

            /// What it does, in a few words.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)*
                    #[cfg(debug_assertions)]
                    Self::Crash => "panic on purpose",
                }
            }
        }
    };
}

actions! {
    StepBack "step-back" "One event back in time",
    StepForward "step-forward" "One event forward in time",
    StepBackTen "step-back-ten" "Ten events back in time",
    StepForwardTen "step-forward-ten" "Ten events forward in time",
    GoStart "go-start" "Before the first event",
    GoEnd "go-end" "To the newest event",
    GoTo "go-to" "Go to a version, a time or a position",
    GoBack "go-back" "Back to the place before the last jump",
    GoForth "go-forth" "Forth again to the place gone back from",
    NextOfType "next-of-type" "To the next event of the same type",
    PreviousOfType "previous-of-type" "To the previous event of the same type",
    SetMark "set-mark" "Mark this place, or name its mark anew",
    ShowMarks "show-marks" "Show all marks",
    RenameMark "rename-mark" "Name a mark anew",
    DeleteMark "delete-mark" "Take a mark away",
    RestoreMark "restore-mark" "Bring back the mark that was taken away last",
    Compare "compare" "Diff of a mark, a version or this place and the playhead",
    ZoomIn "zoom-in" "Look closer at the events around the playhead",
    ZoomOut "zoom-out" "Look less close at the events",
    ZoomWhole "zoom-whole" "Show the whole history again",
    Play "play" "Play forward, or pause",
    PlayBack "play-back" "Play backward, or pause",
    PlayFaster "play-faster" "Play twice as fast",
    PlaySlower "play-slower" "Play half as fast",
    SwitchPace "switch-pace" "Play evenly or at the events' own pace",
    OpenAggregate "open-aggregate" "Look into the chosen aggregate",
    FindAggregate "find-aggregate" "Find an aggregate by typing letters of its id",
    SortAggregates "sort-aggregates" "Sort aggregates by id, newest event, number of events or category",
    ClearFind "clear-find" "Show all aggregates again",
    ToggleFold "toggle-fold" "Open or close the chosen part of the state",
    UnfoldAll "unfold-all" "Open everything inside the chosen part of the state",
    FoldAll "fold-all" "Close everything inside the chosen part of the state",
    NextChange "next-change" "To the next value that this event changed",
    ShowValue "show-value" "Show the chosen value, or the payload, in full",
    FoldDepth1 "fold-depth1" "Show one level of the state",
    FoldDepth2 "fold-depth2" "Show two levels of the state",
    FoldDepth3 "fold-depth3" "Show three levels of the state",
    FoldDepth4 "fold-depth4" "Show four levels of the state",
    FoldDepth5 "fold-depth5" "Show five levels of the state",
    FoldDepth6 "fold-depth6" "Show six levels of the state",
    FoldDepth7 "fold-depth7" "Show seven levels of the state",
    FoldDepth8 "fold-depth8" "Show eight levels of the state",
    FoldDepth9 "fold-depth9" "Show nine levels of the state",
    FoldAuto "fold-auto" "Open and close the parts of the state as at first",
    SearchState "search-state" "Search the keys and values of the state",
    ClearSearch "clear-search" "End the search in the state",
    NextMatch "next-match" "To the next place that was found in the state",
    PreviousMatch "previous-match" "To the previous place that was found in the state",
    ShowBeside "show-beside" "Show the state before and after side by side, or alone again",
    ShowRaw "show-raw" "Show the whole state as JSON, or as a tree again",
    SwitchSchema "switch-schema" "Show the event as folded, what upcasting changed, or as recorded",
    TogglePin "toggle-pin" "Pin the chosen value, or take its pin off",
    ShowPins "show-pins" "Show all pins",
    UnpinAll "unpin-all" "Take all pins off",
    UndoPins "undo-pins" "Undo the last change of the pins",
    PreviousTouch "previous-touch" "To the previous event that changed what is pinned, or chosen",
    NextTouch "next-touch" "To the next event that changed what is pinned, or chosen",
    CopyValue "copy-value" "Copy the chosen value, or the payload",
    CopyPath "copy-path" "Copy the path of the chosen value, as jq",
    CopySubtree "copy-subtree" "Copy the chosen part of the state as JSON",
    CopyEvent "copy-event" "Copy the event as JSON",
    CopyCommand "copy-command" "Copy the command line that shows the same",
    CursorUp "cursor-up" "One line up",
    CursorDown "cursor-down" "One line down",
    PageUp "page-up" "One page up",
    PageDown "page-down" "One page down",
    CursorTop "cursor-top" "To the first line",
    CursorBottom "cursor-bottom" "To the last line",
    FocusNext "focus-next" "To the next panel",
    FocusPrevious "focus-previous" "To the panel before",
    FocusList "focus-list" "To the list of aggregates",
    FocusState "focus-state" "To the state",
    FocusChange "focus-change" "To the changes",
    FocusEvent "focus-event" "To the event",
    ShowTimeline "show-timeline" "To one aggregate and its history: the Timeline screen",
    ShowEvents "show-events" "To all events of the store: the Events screen",
    ShowProjections "show-projections" "Show how far the projections are",
    ShowMetrics "show-metrics" "Show what was measured, and where it is above its threshold",
    OpenMetric "open-metric" "Show the chosen metric on the whole screen",
    GoToAlert "go-to-alert" "Go to the moment at which the chosen alert was raised",
    SwitchHeight "switch-height" "Chart metrics up to their thresholds, or up to what was measured",
    RebuildProjection "rebuild-projection" "Make the chosen projection's rows anew, or give that up",
    SkipEvent "skip-event" "Make the event that stopped the projection a dead letter, and go on",
    ShowLetters "show-letters" "Show the projection's dead letters",
    RetryLetter "retry-letter" "Apply the chosen dead letter after all",
    OpenEvent "open-event" "Open the aggregate of the chosen event at its version",
    FilterEvents "filter-events" "Type which events to show",
    CompleteFilter "complete-filter" "Complete the word of the filter that is being typed",
    ToggleFacet "toggle-facet" "Show only the events of the chosen type or category",
    UndoFilter "undo-filter" "Back to the filter before",
    RedoFilter "redo-filter" "To the filter after it again",
    Refresh "refresh" "Read the store again: new events and aggregates",
    PauseChanges "pause-changes" "Pause and resume what others write",
    PauseProjection "pause-projection" "Pause the chosen projection, or let it go on",
    ShowWork "show-work" "Show what goes on in the background, and what it costs",
    StopWork "stop-work" "Stop what is running in the background",
    SwitchTheme "switch-theme" "Switch to the next theme",
    ShowHelp "show-help" "Show all keys",
    ShowPalette "show-palette" "Run anything by its name",
    ShowMessages "show-messages" "Show all messages of this run, and what is wrong with the store",
    CopyMessage "copy-message" "Copy the chosen message",
    StartTour "start-tour" "Take the tour of the demo, or go on with it",
    TourNext "tour-next" "To the next step of the tour",
    TourPrevious "tour-previous" "To the step of the tour before",
    LeaveTour "leave-tour" "Leave the tour",
    Accept "accept" "Take what was typed or chosen",
    Back "back" "One level back",
    Suspend "suspend" "Give the terminal back to the shell until `fg`",
    Quit "quit" "Leave foldback",
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no action has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownAction(pub String);

impl fmt::Display for UnknownAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no action `{}`", text::sanitize(&self.0))?;
        match text::nearest(&self.0, Action::ALL.iter().map(|action| action.name())) {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        #[cfg(debug_assertions)]
        if text == Self::Crash.name() {
            return Ok(Self::Crash);
        }
        let named = Self::ALL.iter().find(|action| action.name() == text);
        named.copied().ok_or_else(|| UnknownAction(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_variants_in_kebab_case_and_read_back() {
        for action in Action::ALL {
            let variant = format!("{action:?}");
            let mut kebab = String::new();
            for (at, letter) in variant.chars().enumerate() {
                if letter.is_uppercase() && at > 0 {
                    kebab.push('-');
                }
                kebab.extend(letter.to_lowercase());
            }
            assert_eq!(action.name(), kebab);
            assert_eq!(kebab.parse(), Ok(*action));
        }
    }

    #[test]
    fn a_wrong_name_gets_the_nearest_one() {
        let error = "step-bakc".parse::<Action>().unwrap_err();
        assert_eq!(error.to_string(), "there is no action `step-bakc`; did you mean `step-back`?");
    }
}
