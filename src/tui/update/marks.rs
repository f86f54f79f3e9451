//! Marks: set, named, gone to, taken away and brought back.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::model::marks::{Mark, MarkList, Naming};
use super::super::model::overlay::Overlay;
use super::super::model::scroll::Scroll;
use super::super::model::visits::Spot;
use super::super::model::{Model, Tone};
use super::{tell, visit};

/// Does what a person wants of the mark at the playhead, or of all.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    model.player.pause();
    match (action, visit::here(model)) {
        (Action::ShowMarks, _) => show(model, None),
        (Action::RestoreMark, _) => restore(model),
        (_, None) => tell(model, Tone::Note, "there is nothing to mark yet"),
        (Action::DeleteMark, Some(here)) => delete(model, &here),
        (_, Some(here)) => {
            model.overlay = Overlay::Mark(Box::new(Naming::new(here, &model.marks)));
        }
    }
    Vec::new()
}

/// Does what a person wants of the chosen mark of the list.
pub(super) fn in_list(model: &mut Model, action: Action) -> Vec<Effect> {
    let Overlay::Marks(list) = &model.overlay else { return Vec::new() };
    let chosen = list.chosen().map(Mark::spot);
    match (action, chosen) {
        (Action::RestoreMark, _) => {
            restore(model);
            show(model, None);
        }
        (Action::Accept, Some(spot)) => {
            model.overlay = Overlay::None;
            return visit::jump(model, spot);
        }
        (Action::DeleteMark, Some(spot)) => {
            delete(model, &spot);
            show(model, None);
        }
        (Action::RenameMark, Some(spot)) => {
            let mut naming = Naming::new(spot, &model.marks);
            naming.from_list = true;
            model.overlay = Overlay::Mark(Box::new(naming));
        }
        _ => {}
    }
    Vec::new()
}

/// Opens the list, or makes it again, with the cursor on a place or where it was.
pub(super) fn show(model: &mut Model, on: Option<&Spot>) {
    let key = model.travel.as_ref().map(|travel| travel.key.clone());
    let rows = model.marks.from(key.as_ref());
    let mut scroll = match &model.overlay {
        Overlay::Marks(list) => list.scroll,
        _ => Scroll::default(),
    };
    let line = on.and_then(|spot| rows.iter().position(|mark| mark.spot() == *spot));
    let len = rows.len();
    model.overlay = Overlay::Marks(MarkList { rows, scroll });
    let height = super::overlay::overlay_height(model);
    scroll.move_to(line.unwrap_or(scroll.cursor), len, height);
    if let Overlay::Marks(list) = &mut model.overlay {
        list.scroll = scroll;
    }
}

/// Takes what was typed as the mark.
pub(super) fn named(model: &mut Model, naming: &Naming) {
    let mark = naming.mark();
    let told = if naming.is_old { "the mark is" } else { "marked" };
    let name = if mark.name.is_empty() { String::new() } else { format!(" {}", mark.label()) };
    tell(model, Tone::Note, &format!("{told} ⚑ {}{name}", mark.place()));
    if !naming.is_old {
        model.visits.marked = Some(naming.spot.clone());
    }
    model.marks.put(mark);
    if naming.from_list {
        show(model, Some(&naming.spot));
    }
}

fn delete(model: &mut Model, spot: &Spot) {
    let Some(mark) = model.marks.remove(spot) else {
        return tell(model, Tone::Note, "there is no mark here");
    };
    let mut told = format!("the mark {} is gone", mark.label());
    if let Some(hint) = model.hint(Action::RestoreMark, "brings it back") {
        told = format!("{told}; {hint}");
    }
    model.last_mark = Some(mark);
    tell(model, Tone::Note, &told);
}

fn restore(model: &mut Model) {
    let Some(mark) = model.last_mark.take() else {
        return tell(model, Tone::Note, "no mark was taken away");
    };
    tell(model, Tone::Note, &format!("the mark {} is back", mark.label()));
    model.marks.put(mark);
}
