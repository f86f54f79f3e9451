//! Colours by what they mean. The only place that knows any: the values stand in `assets/themes.yaml`.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::config::{Mistake, ThemeRow};
use crate::text;
use crate::text::json::Kind;

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colours {
    /// None: a person set `NO_COLOR`.
    None,
    /// The sixteen that every terminal has.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// All.
    #[default]
    All,
}

impl Colours {
    /// What the environment says, asked through `variable`.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let holds =
            |name: &str, part: &str| variable(name).is_some_and(|value| value.contains(part));
        if set("NO_COLOR") {
            Self::None
        } else if holds("COLORTERM", "truecolor") || holds("COLORTERM", "24bit") {
            Self::All
        } else if holds("TERM", "256") || holds("TERM", "kitty") || holds("TERM", "alacritty") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }
}

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident,)*) => {
        /// A style for everything that is drawn.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct Theme {
            /// Its name in the file.
            pub(crate) name: String,
            $($(#[$doc])* pub(crate) $role: Style,)*
        }

        impl Theme {
            fn build(name: &str, mut rows: BTreeMap<String, String>) -> Result<Self, Vec<String>> {
                let mut wrong = Vec::new();
                $(let $role = take(&mut rows, name, stringify!($role), &mut wrong);)*
                for role in rows.keys() {
                    let role = text::sanitize(role);
                    let near = text::nearest(&role, [$(stringify!($role)),*]);
                    let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    wrong.push(format!("{name}: there is no role `{role}`{hint}"));
                }
                if wrong.is_empty() {
                    Ok(Self { name: name.to_owned(), $($role,)* })
                } else {
                    Err(wrong)
                }
            }

            fn map(mut self, change: impl Fn(Style) -> Style) -> Self {
                $(self.$role = change(self.$role);)*
                self
            }
        }
    };
}

roles! {
    /// Text, and the ground it stands on.
    base,
    /// Text that accompanies.
    dim,
    /// Text that is hardly needed.
    faint,
    /// Frames.
    border,
    /// Where the person is: the focused frame, the playhead, keys.
    accent,
    /// The title of the focused panel, and what is chosen.
    title,
    /// The program's name.
    badge,
    /// The first and the last line.
    bar,
    /// The chosen line of the focused panel.
    selected,
    /// The chosen line of another panel.
    selected_far,
    /// The name of a group.
    heading,
    /// The name of a member.
    key,
    /// A string.
    string,
    /// A number.
    number,
    /// `true`, `false` and `null`.
    word,
    /// What leads elsewhere.
    link,
    /// All is well.
    good,
    /// Worth a look.
    warn,
    /// Wrong.
    bad,
    /// Added.
    add,
    /// Removed.
    remove,
    /// Replaced.
    replace,
    /// Events on the rail.
    mark,
}

impl Theme {
    /// The themes that come with foldback, as far as a terminal can show them; the first is the one to start with.
    pub(crate) fn all(colours: Colours) -> Result<Vec<Self>, String> {
        let themes = Self::read(include_str!("../../assets/themes.yaml"))?;
        let of = |names: &[&str]| {
            let named = |name: &&str| themes.iter().find(|theme| theme.name == **name).cloned();
            names.iter().filter_map(named).collect::<Vec<_>>()
        };
        let rich = ["dark", "light", "contrast", "ansi16", "mono"];
        Ok(match colours {
            Colours::None => of(&["mono"]),
            Colours::Sixteen => of(&["ansi16", "mono"]),
            Colours::Indexed => {
                of(&rich).into_iter().map(|theme| theme.map(indexed_style)).collect()
            }
            Colours::All => of(&rich),
        })
    }

    /// A person's own theme: the roles it names, and the others as the theme has them that it is `like`.
    pub(crate) fn made(row: &ThemeRow, colours: Colours) -> Result<Self, Vec<Mistake>> {
        let wrong = |told| vec![Mistake { line: row.name.line, told }];
        let standard: BTreeMap<String, BTreeMap<String, String>> =
            serde_saphyr::from_str(include_str!("../../assets/themes.yaml"))
                .map_err(|error| wrong(error.to_string()))?;
        let name = text::sanitize(&row.name.value).into_owned();
        if standard.contains_key(&row.name.value) {
            return Err(wrong(format!("`{name}` comes with foldback: give yours another name")));
        }
        let mut own = row.roles.clone();
        let like = own.remove("like").unwrap_or_else(|| "dark".to_owned());
        let mut mistakes = Vec::new();
        let like = standard.get(&like).or_else(|| {
            let near = text::nearest(&like, standard.keys().map(String::as_str));
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let told = format!("{name}: there is no theme `{}` to be like", text::sanitize(&like));
            mistakes.extend(wrong(told + &near));
            // What else is wrong with it is told as well.
            standard.get("dark")
        });
        let mut roles = like.cloned().unwrap_or_default();
        roles.extend(own);
        let theme = match Self::build(&name, roles) {
            Ok(theme) if mistakes.is_empty() => theme,
            built => {
                mistakes.extend(built.err().into_iter().flatten().flat_map(wrong));
                return Err(mistakes);
            }
        };
        Ok(match colours {
            Colours::All => theme,
            _ => theme.map(indexed_style),
        })
    }

    /// Reads themes, in the order of their names; all mistakes are told at once.
    fn read(yaml: &str) -> Result<Vec<Self>, String> {
        let rows: BTreeMap<String, BTreeMap<String, String>> =
            serde_saphyr::from_str(yaml).map_err(|error| error.to_string())?;
        let mut themes = Vec::new();
        let mut wrong = Vec::new();
        for (name, rows) in rows {
            match Self::build(&name, rows) {
                Ok(theme) => themes.push(theme),
                Err(more) => wrong.extend(more),
            }
        }
        if wrong.is_empty() { Ok(themes) } else { Err(wrong.join("\n")) }
    }

    /// A style for what is written into a frame, whose own must not come through.
    pub(crate) fn on_frame(&self, style: Style) -> Style {
        let clear = Style::new().fg(self.base.fg.unwrap_or(Color::Reset));
        clear.remove_modifier(Modifier::all()).patch(style)
    }

    /// Takes the colours out of what is reversed, where the chosen line is: each would be a ground of its own.
    pub(crate) fn level(&self, buffer: &mut Buffer) {
        if !self.selected.add_modifier.contains(Modifier::REVERSED) {
            return;
        }
        for cell in &mut buffer.content {
            if cell.modifier.contains(Modifier::REVERSED) {
                (cell.fg, cell.bg) = (Color::Reset, Color::Reset);
                cell.modifier.remove(Modifier::DIM);
            }
        }
    }

    /// Text on whatever ground it stands.
    pub(crate) fn text(&self) -> Style {
        Style { bg: None, ..self.base }
    }

    /// Letters that were searched for, in a text of this style: told by a line under them, whatever the colours are.
    pub(crate) fn found(&self, text: Style) -> Style {
        text.patch(self.accent).add_modifier(Modifier::UNDERLINED)
    }

    /// The style of a piece of JSON.
    pub(crate) fn json(&self, kind: Kind) -> Style {
        match kind {
            Kind::Key => self.key,
            Kind::String => self.string,
            Kind::Number => self.number,
            Kind::Bool | Kind::Null => self.word,
            Kind::Punct => self.dim,
            Kind::Plain => self.faint,
        }
    }
}

fn take(
    rows: &mut BTreeMap<String, String>,
    theme: &str,
    role: &str,
    wrong: &mut Vec<String>,
) -> Style {
    let Some(text) = rows.remove(role) else {
        wrong.push(format!("{theme}: `{role}` is missing"));
        return Style::new();
    };
    match style(&text) {
        Ok(dim) if dim.add_modifier.contains(Modifier::DIM) => dim,
        // What is drawn over something dim, a mark on a line, is not dim for that.
        Ok(style) => style.remove_modifier(Modifier::DIM),
        Err(part) => {
            wrong.push(format!("{theme}: {role}: `{}` is no colour", crate::text::sanitize(&part)));
            Style::new()
        }
    }
}

/// Reads `#d0d4d8 on #101216 bold`; the error is the word that is none.
fn style(text: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut behind = false;
    for word in text.split_whitespace() {
        let modifier = match word {
            "on" => {
                behind = true;
                continue;
            }
            "none" => continue,
            "bold" => Some(Modifier::BOLD),
            "dim" => Some(Modifier::DIM),
            "underline" => Some(Modifier::UNDERLINED),
            "reverse" => Some(Modifier::REVERSED),
            "italic" => Some(Modifier::ITALIC),
            _ => None,
        };
        if let Some(modifier) = modifier {
            style = style.add_modifier(modifier);
            continue;
        }
        let colour: Color = word.parse().map_err(|_| word.to_owned())?;
        style = if std::mem::take(&mut behind) { style.bg(colour) } else { style.fg(colour) };
    }
    Ok(style)
}

fn indexed_style(style: Style) -> Style {
    Style { fg: style.fg.map(indexed), bg: style.bg.map(indexed), ..style }
}

/// The levels of a channel in xterm's cube of colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of xterm's 256 colours: its cube of six steps a channel, or its greys.
fn indexed(colour: Color) -> Color {
    let Color::Rgb(red, green, blue) = colour else { return colour };
    let step = |channel: u8| {
        let nearest = |(_, step): &(usize, &u8)| step.abs_diff(channel);
        STEPS.iter().enumerate().min_by_key(nearest).map_or((0, 0), |(at, step)| (at as u8, *step))
    };
    let far = |r: u8, g: u8, b: u8| {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(r, red) + square(g, green) + square(b, blue)
    };
    let [(r, r_is), (g, g_is), (b, b_is)] = [step(red), step(green), step(blue)];
    let mean = (u16::from(red) + u16::from(green) + u16::from(blue)) / 3;
    let grey = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey_is = 8 + 10 * grey;
    if far(grey_is, grey_is, grey_is) < far(r_is, g_is, b_is) {
        Color::Indexed(232 + grey)
    } else {
        Color::Indexed(16 + 36 * r + 6 * g + b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_in_the_file_is_sound_and_none_is_left_out() {
        let read = Theme::read(include_str!("../../assets/themes.yaml")).unwrap();
        let names =
            |themes: &[Theme]| themes.iter().map(|theme| theme.name.clone()).collect::<Vec<_>>();
        let mut offered = names(&Theme::all(Colours::All).unwrap());
        assert_eq!(offered.first().map(String::as_str), Some("dark"));
        offered.sort();
        assert_eq!(offered, names(&read));
    }

    #[test]
    fn without_colours_there_are_none() {
        for theme in Theme::all(Colours::None).unwrap() {
            let _ = theme.map(|style| {
                assert_eq!((style.fg, style.bg), (None, None));
                style
            });
        }
    }

    /// How many times as bright as each other two colours are, after WCAG 2.
    fn contrast(one: Color, other: Color) -> f64 {
        let bright = |colour: Color| {
            let Color::Rgb(red, green, blue) = colour else { panic!("{colour} is no rgb") };
            let linear = |channel: u8| {
                let value = f64::from(channel) / 255.0;
                if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) + 0.05
        };
        let (one, other) = (bright(one), bright(other));
        if one > other { one / other } else { other / one }
    }

    #[test]
    fn all_text_can_be_read_on_every_ground() {
        for theme in Theme::all(Colours::All).unwrap() {
            let name = theme.name.clone();
            let Some(base) = theme.base.bg else { continue };
            let grounds = [&theme.bar, &theme.selected, &theme.selected_far].map(|s| s.bg.unwrap());
            let (text, border, faint) = (theme.base.fg.unwrap(), theme.border, theme.faint);
            let _ = theme.map(|style| {
                // Frames are no text; what is hardly needed may be fainter on the chosen line.
                let least = if style == faint { 4.0 } else { 4.5 };
                let on = grounds.map(|ground| (ground, least)).into_iter().chain([(base, 4.5)]);
                let on: Vec<_> = match style.bg {
                    Some(own) => vec![(own, 4.5)],
                    None => on.collect(),
                };
                for (ground, least) in on.into_iter().filter(|_| style != border) {
                    let found = contrast(style.fg.unwrap_or(text), ground);
                    // As it is told: with one figure behind the point.
                    let is_enough = (found * 10.0).round() / 10.0 >= least;
                    assert!(is_enough, "{name}: {style:?} on {ground}: {found:.2}");
                }
                style
            });
        }
    }

    #[test]
    fn sixteen_colours_are_seen_on_light_and_on_dark_grounds() {
        let theme = Theme::all(Colours::Sixteen).unwrap().remove(0);
        assert!(theme.selected.add_modifier.contains(Modifier::REVERSED));
        let _ = theme.map(|style| {
            let seen = [
                None,
                Some(Color::Red),
                Some(Color::Green),
                Some(Color::Cyan),
                Some(Color::Magenta),
            ];
            assert!(seen.contains(&style.fg) && style.bg.is_none(), "{style:?}");
            style
        });
    }

    #[test]
    fn mistakes_are_told_together() {
        let error = Theme::read("x: {base: '#12', acent: red}").unwrap_err();
        assert!(error.contains("x: base: `#12` is no colour"), "{error}");
        assert!(error.contains("`acent`; did you mean `accent`?"), "{error}");
        assert!(error.contains("`dim` is missing"), "{error}");
    }

    #[test]
    fn rgb_becomes_the_nearest_indexed_colour() {
        assert_eq!(indexed(Color::Rgb(255, 175, 95)), Color::Indexed(215));
        assert_eq!(indexed(Color::Rgb(16, 18, 22)), Color::Indexed(233));
        assert_eq!(indexed(Color::Red), Color::Red);
    }

    #[test]
    fn the_environment_decides_how_many_colours() {
        let from = |pairs: &[(&str, &str)]| {
            Colours::from_env(|name| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(from(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]), Colours::None);
        assert_eq!(from(&[("NO_COLOR", ""), ("COLORTERM", "truecolor")]), Colours::All);
        assert_eq!(from(&[("TERM", "xterm-256color")]), Colours::Indexed);
        assert_eq!(from(&[("TERM", "linux")]), Colours::Sixteen);
    }
}
