//! What happens when something happens: a message changes the model and says what has to be done.
//!
//! Synchronous; no I/O, no threads, no drawing.

mod answer;
mod aspect;
mod base;
mod copy;
mod events;
mod keep;
mod list;
mod live;
pub(crate) mod log;
mod marks;
mod metrics;
mod mouse;
mod overlay;
mod pins;
mod play;
mod projections;
mod screen;
mod scrub;
mod seek;
mod steward;
mod suspend;
mod tour;
mod travel;
mod visit;
pub(crate) mod work;
mod zoom;

use super::Ending;
use super::action::Action;
use super::effect::{Answer, Effect, Slot, Stopping};
use super::input::{Input, Key};
use super::keymap::{Context, Meaning};
use super::layout::{Areas, Panel, Screen, Shape};
use super::model::aspect::Aspect;
use super::model::field::Field;
use super::model::list::Finding;
use super::model::overlay::{Help, Overlay};
use super::model::palette::Palette;
use super::model::sought::Seeking;
use super::model::{Exit, Model, Tone};
use crate::task::Report;
use crate::text;

pub(crate) use keep::{begin as left, keep_now};
use log::say;
pub(super) use log::{fail, tell};
pub(crate) use suspend::rest;

use ratatui::layout::Rect;

/// What can happen.
#[derive(Debug)]
pub(crate) enum Msg {
    /// The first picture has been drawn.
    Started,
    /// A person did something.
    Input(Input),
    /// A lane said something.
    Report(Box<Report<Slot, Answer>>),
    /// It is time for the playhead that plays to move on.
    Rang,
    /// It is time to see whether the store has changed.
    Ticked,
    /// The store told by itself that something may have been written.
    StoreRang,
    /// The message has stood long enough to be read.
    Stood,
    /// The system asks to stop for a while.
    Stopped,
    /// The program was woken, by whom ever it was stopped.
    Woken,
    /// It was stopped, has been woken and has the terminal again.
    Back,
    /// It cannot be stopped here, for this reason.
    Unstopped(&'static str),
    /// The system asks to end, or the terminal is gone.
    Ended(Option<Ending>),
}

impl Msg {
    /// Whether it is the last word of a job of that slot.
    pub(crate) fn is_of(&self, slot: Slot) -> bool {
        let Self::Report(report) = self else { return false };
        matches!(&**report, Report::Done(said) if said.slot == slot)
    }
}

/// Says before anything else what is wrong with the person's configuration.
pub(crate) fn begin(model: &mut Model, mistakes: &[String]) {
    if !mistakes.is_empty() {
        let count = text::human::plural(mistakes.len() as u64, "mistake");
        let told = format!("{count} in the configuration; what is right in it holds");
        say(model, Tone::Bad, &told, Some(&mistakes.join(" · ")));
    }
}

/// Takes one message in.
pub(crate) fn update(model: &mut Model, message: Msg) -> Vec<Effect> {
    let mut effects = take(model, message);
    list::let_go(model, &mut effects);
    tour::look(model);
    effects
}

fn take(model: &mut Model, message: Msg) -> Vec<Effect> {
    match message {
        Msg::Started => vec![Effect::OpenStore],
        Msg::Ended(ending) => {
            model.exit = Some(ending.map_or(Exit::Quit, Exit::Told));
            Vec::new()
        }
        Msg::Stopped => suspend::stop(model, Stopping::System),
        Msg::Woken => {
            model.dirty = true;
            vec![Effect::Retake]
        }
        Msg::Back => suspend::back(model),
        Msg::Unstopped(why) => {
            tell(model, Tone::Note, why);
            Vec::new()
        }
        Msg::Rang => play::step(model),
        Msg::StoreRang => live::rang(model),
        Msg::Ticked => {
            let mut effects = live::tick(model);
            effects.extend(projections::tick(model));
            effects.extend(metrics::tick(model));
            effects.extend(keep::tick(model));
            effects
        }
        Msg::Stood => {
            log::stood(model);
            Vec::new()
        }
        Msg::Report(report) => answer::take(model, *report),
        Msg::Input(input) => {
            model.dirty = true;
            keep::touched(model);
            let effects = match input {
                Input::Key(key) => press(model, key),
                Input::Paste(pasted) => paste(model, &pasted),
                Input::Resize(columns, rows) => resize(model, Rect::new(0, 0, columns, rows)),
                Input::Click(x, y) => mouse::click(model, x, y),
                Input::Drag(x, _) => mouse::drag(model, x),
                Input::Release(x, _) => events::mouse::release(model, x),
                Input::Wheel(down, x, y) => mouse::wheel(model, down, x, y),
                Input::Zoom(closer, x, y) => mouse::zoom(model, closer, x, y),
            };
            overlay::fit(model);
            effects
        }
    }
}

/// Lays the screen out for a size, and makes again what depends on it.
pub(crate) fn resize(model: &mut Model, whole: Rect) -> Vec<Effect> {
    let areas = Areas::of(whole, model.view());
    if areas == model.areas {
        return Vec::new();
    }
    model.areas = areas;
    model.dirty = true;
    let mut effects = travel::fit(model);
    effects.extend(list::fit(model));
    effects.extend(events::fit(model));
    effects.extend(projections::fit(model));
    effects.extend(metrics::fit(model));
    effects
}

fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    model.pressed.push(key);
    let meaning = model.meaning(&model.pressed);
    if meaning == Meaning::Prefix {
        return Vec::new();
    }
    model.pressed.clear();
    log::dismiss(model);
    match meaning {
        Meaning::Run(action) => act(model, action),
        _ => typed(model, |field| field.press(key)),
    }
}

fn paste(model: &mut Model, pasted: &str) -> Vec<Effect> {
    typed(model, |field| field.insert(pasted))
}

/// Edits what is being typed, and answers to it if it changed.
fn typed(model: &mut Model, edit: impl FnOnce(&mut Field)) -> Vec<Effect> {
    let finding = model.list.finding == Finding::Typing;
    let seeking = model.contexts() == [super::keymap::Context::Seek];
    let filtering = model.screen == Screen::Events && model.events.sieve.typing;
    let field = match &mut model.overlay {
        Overlay::GoTo(prompt) => &mut prompt.field,
        Overlay::Mark(naming) => naming.field(),
        Overlay::Compare(comparing) => &mut comparing.field,
        Overlay::Palette(palette) => &mut palette.field,
        Overlay::None if seeking => &mut model.sought.field,
        Overlay::None if filtering => &mut model.events.sieve.field,
        Overlay::None if finding => &mut model.list.field,
        _ => return Vec::new(),
    };
    let before = field.text().to_owned();
    edit(field);
    if field.text() == before {
        return Vec::new();
    }
    match &mut model.overlay {
        Overlay::GoTo(prompt) => prompt.mistake = None,
        Overlay::Compare(comparing) => comparing.mistake = None,
        Overlay::Mark(_) => {}
        Overlay::Palette(palette) => palette.find(&model.keymap),
        _ if seeking => return seek::typed(model),
        _ if filtering => model.events.sieve.check(chrono::Utc::now()),
        _ => return list::search(model),
    }
    Vec::new()
}

/// Whether an action means the same on every screen; any other leads to the Timeline screen, which it is of.
fn is_of_everywhere(model: &Model, action: Action) -> bool {
    let mut everywhere = model.keymap.of(Context::Everywhere);
    action == Action::StopWork || everywhere.any(|binding| binding.run == action)
}

/// Does what a person wants.
fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    if let Some(effects) = tour::act(model, action) {
        return effects;
    }
    if !matches!(model.overlay, Overlay::None) {
        return overlay::act(model, action);
    }
    if let Some(effects) = screen::act(model, action) {
        return effects;
    }
    if model.screen != Screen::Timeline && !is_of_everywhere(model, action) {
        let mut effects = screen::show(model, Screen::Timeline);
        effects.extend(act(model, action));
        return effects;
    }
    if let Some(shown) = screen::of(action) {
        return screen::show(model, shown);
    }
    match action {
        Action::Quit => {
            model.exit = Some(Exit::Quit);
            Vec::new()
        }
        Action::Suspend => suspend::stop(model, Stopping::Person),
        Action::Back => back(model),
        Action::ShowHelp => {
            let here = model.contexts().first().copied();
            if let Some(here) = here {
                model.overlay = Overlay::Help(Help::of(&model.keymap, here));
            }
            Vec::new()
        }
        Action::ShowPalette => {
            let mut palette = Palette::default();
            palette.find(&model.keymap);
            model.overlay = Overlay::Palette(palette);
            Vec::new()
        }
        Action::ShowWork => {
            work::open(model);
            Vec::new()
        }
        Action::ShowMessages | Action::CopyMessage => log::act(model, action),
        Action::SwitchTheme => {
            model.themes.rotate_left(1);
            let name = model.theme().name.clone();
            tell(model, Tone::Note, &format!("theme {name}"));
            Vec::new()
        }
        Action::FocusNext => focus_by(model, 1),
        Action::FocusPrevious => focus_by(model, -1),
        Action::FocusList => focus(model, Panel::List),
        Action::FocusState => focus(model, Panel::State),
        Action::FocusChange => focus(model, Panel::Change),
        Action::FocusEvent => focus(model, Panel::Event),
        Action::FindAggregate => {
            // What was to be left once it is found is left now: what is typed next is typed anew.
            let mut effects = if model.list.leaving { list::clear(model) } else { Vec::new() };
            effects.extend(focus(model, Panel::List));
            if model.list.finding != Finding::Typing {
                model.list.field.resume();
            }
            model.list.finding = Finding::Typing;
            effects.extend(list::name(model));
            effects
        }
        Action::SortAggregates => list::sort(model),
        Action::ClearFind => list::clear(model),
        Action::Accept => accept(model),
        Action::Refresh => {
            let mut effects = list::refresh(model);
            // What the cursor is on comes first, where it could not be read or was stopped on its way.
            let opened = list::open_chosen(model);
            effects.extend(if opened.is_empty() { travel::refresh(model) } else { opened });
            effects.extend(live::reread(model));
            effects
        }
        Action::StopWork => {
            let mut effects = travel::stop(model);
            effects.extend(events::stop(model));
            effects
        }
        Action::PauseChanges => live::toggle(model),
        Action::OpenAggregate => {
            let mut effects = list::open_chosen(model);
            if let Some(travel) = &mut model.travel {
                travel.touched = true;
            }
            effects.extend(focus(model, Panel::State));
            effects
        }
        action if lines_of(action, 1).is_some() => scroll(model, action),
        Action::CopyValue
        | Action::CopyPath
        | Action::CopySubtree
        | Action::CopyEvent
        | Action::CopyCommand => copy::act(model, action),
        #[cfg(debug_assertions)]
        Action::Crash => crash(),
        action => travel_by(model, action),
    }
}

/// Does what a person wants of the playhead, and of what is shown there.
fn travel_by(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::SearchState | Action::ClearSearch | Action::NextMatch | Action::PreviousMatch => {
            seek::act(model, action)
        }
        Action::SwitchSchema => travel::switch_schema(model),
        Action::ShowRaw => aspect::toggle(model, Aspect::Raw),
        Action::ShowBeside => aspect::toggle(model, Aspect::Beside),
        Action::TogglePin
        | Action::ShowPins
        | Action::UnpinAll
        | Action::UndoPins
        | Action::PreviousTouch
        | Action::NextTouch => pins::act(model, action),
        Action::GoBack | Action::GoForth | Action::NextOfType | Action::PreviousOfType => {
            visit::act(model, action)
        }
        Action::Play
        | Action::PlayBack
        | Action::PlayFaster
        | Action::PlaySlower
        | Action::SwitchPace => play::act(model, action),
        Action::SetMark
        | Action::ShowMarks
        | Action::RenameMark
        | Action::DeleteMark
        | Action::RestoreMark => marks::act(model, action),
        Action::Compare => base::act(model),
        Action::ZoomIn | Action::ZoomOut | Action::ZoomWhole => zoom::act(model, action),
        action => travel::act(model, action),
    }
}

/// Keeps what was found by typing.
fn accept(model: &mut Model) -> Vec<Effect> {
    if model.sought.seeking == Seeking::Typing && model.focus == Panel::State {
        return seek::keep(model);
    }
    if model.list.finding == Finding::Typing {
        model.list.finding = if model.list.field.is_empty() { Finding::Off } else { Finding::Kept };
        // Where the list hides what was found, taking it is looking into it.
        if model.areas.shape != Shape::Wide && model.list.chosen().is_some() {
            return act(model, Action::OpenAggregate);
        }
    }
    Vec::new()
}

#[cfg(debug_assertions)]
#[expect(clippy::panic, reason = "this is what it is for")]
fn crash() -> Vec<Effect> {
    panic!("on purpose")
}

/// One level back: what plays, a search, work in the background, and at last to the list.
fn back(model: &mut Model) -> Vec<Effect> {
    if model.player.pause() {
        return Vec::new();
    }
    if model.list.finding == Finding::Kept && model.focus == Panel::List {
        return list::leave(model);
    }
    if model.sought.seeking == Seeking::Kept && model.focus == Panel::State {
        return seek::clear(model);
    }
    if let Some(effects) = aspect::end(model) {
        return effects;
    }
    if list::is_sorting(model) {
        return list::unsort(model);
    }
    if travel::is_busy(model) {
        return travel::stop(model);
    }
    if let Some(effects) = base::end(model) {
        return effects;
    }
    if let Some(screen) = model.returning {
        return screen::show(model, screen);
    }
    if model.focus == Panel::List { Vec::new() } else { focus(model, Panel::List) }
}

fn focus_by(model: &mut Model, by: isize) -> Vec<Effect> {
    let panels: &[Panel] =
        if model.areas.shape == Shape::Wide { &Panel::ALL } else { &Panel::TABS };
    let here = panels.iter().position(|panel| *panel == model.focus).unwrap_or(0) as isize;
    let next = (here + by).rem_euclid(panels.len() as isize) as usize;
    panels.get(next).map_or_else(Vec::new, |panel| focus(model, *panel))
}

/// Gives the keys to a panel, and shows it.
fn focus(model: &mut Model, panel: Panel) -> Vec<Effect> {
    let mut effects = Vec::new();
    if model.screen != Screen::Timeline {
        effects.extend(screen::show(model, Screen::Timeline));
    }
    if model.list.finding == Finding::Typing && panel != Panel::List {
        model.list.finding = if model.list.field.is_empty() { Finding::Off } else { Finding::Kept };
    }
    if model.sought.seeking == Seeking::Typing && panel != Panel::State {
        let kept = !model.sought.field.is_empty();
        model.sought.seeking = if kept { Seeking::Kept } else { Seeking::Off };
    }
    model.focus = panel;
    if panel == Panel::Rail {
        return effects;
    }
    model.tab = panel;
    effects.extend(resize(model, model.areas.whole));
    effects
}

/// By how many lines an action moves where `height` are shown; `None` where it moves nothing.
fn lines_of(action: Action, height: usize) -> Option<isize> {
    let page = height.saturating_sub(1).max(1) as isize;
    match action {
        Action::CursorUp => Some(-1),
        Action::CursorDown => Some(1),
        Action::PageUp => Some(-page),
        Action::PageDown => Some(page),
        Action::CursorTop => Some(isize::MIN / 2),
        Action::CursorBottom => Some(isize::MAX / 2),
        _ => None,
    }
}

/// Moves the cursor or the window of the panel that has the keys.
fn scroll(model: &mut Model, action: Action) -> Vec<Effect> {
    let height = model.height(model.focus);
    let Some(by) = lines_of(action, height) else { return Vec::new() };
    if model.focus == Panel::List {
        return list::scroll(model, action, by);
    }
    if model.focus == Panel::State && aspect::slide(model, by) {
        return Vec::new();
    }
    let Some(travel) = &mut model.travel else { return Vec::new() };
    match model.focus {
        Panel::State => {
            travel.tree.move_by(by, height);
        }
        Panel::Rail => {
            let action = if by < 0 { Action::GoStart } else { Action::GoEnd };
            return travel::act(model, action);
        }
        Panel::Change => travel.changes.move_by(by, height),
        panel => travel.slide(panel, by, height),
    }
    Vec::new()
}
