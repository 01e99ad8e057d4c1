//! A procedure as a drawing: each state a card with its ways out, wired to where they lead.
//!
//! Cards stand in the columns of the board. A wire leaves its line of the card, runs in a channel
//! between the columns (or in a lane below everything when it goes further) and ends at the head of a
//! card. All wires to one card share their track, so that the drawing stays readable with many ways.

use std::{collections::BTreeMap, fmt::Write};

use crate::{Column, Destination, Origin, Titled, pages::words::Words};

const COLUMNS: [Column; 5] =
    [Column::Incoming, Column::Doing, Column::Waiting, Column::Unconfirmed, Column::Closed];

// Every card begins at a multiple of ten. The last digits of the heights at which wires leave and
// arrive differ, so no two wires lie on each other in a channel.
const TOP: usize = 40;
const HEAD: usize = 46;
const FALLBACK: usize = 20;
const ROW: usize = 20;
const GAP: usize = 30;
const IN_LEFT: usize = 14;
const IN_RIGHT: usize = 20;
const OUT_RIGHT: usize = 10;
const OUT_LEFT: usize = 12;
const TRACK: usize = 9;
const MARGIN: usize = 14;
const TONES: usize = 6;

struct Card {
    title: String,
    holder: String,
    fallback: Option<String>,
    rows: Vec<Row>,
    column: usize,
    y: usize,
    begins: bool,
}

struct Row {
    text: String,
    to: Option<usize>,
}

impl Card {
    fn head(&self) -> usize {
        HEAD + if self.fallback.is_some() { FALLBACK } else { 0 }
    }

    fn height(&self) -> usize {
        (self.head() + ROW * self.rows.len()).div_ceil(10) * 10
    }
}

/// Where everything stands.
struct Layout {
    cards: Vec<Card>,
    titles: Vec<String>,
    width: usize,
    /// The left edge of each column.
    lefts: Vec<usize>,
    /// The track of a card's wires in a channel, counted within the channel.
    tracks: BTreeMap<(usize, usize), usize>,
    /// The lane of a card's wires.
    lanes: BTreeMap<usize, usize>,
    bottom: usize,
}

/// The drawing.
pub(super) fn draw(words: &Words<'_>) -> String {
    let layout = Layout::of(words);
    let width = layout.right_end();
    let height = layout.bottom + layout.lanes.len() * TRACK + MARGIN;
    let label = escaped(words.procedure.title(words.v.language));
    let mut svg = format!(
        "<svg class=\"drawing\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">"
    );
    for (column, title) in layout.titles.iter().enumerate() {
        let x = layout.lefts[column];
        let _ = write!(svg, "<text class=\"column\" x=\"{x}\" y=\"22\">{}</text>", escaped(title));
    }
    layout.draw_wires(&mut svg);
    for card in &layout.cards {
        layout.draw_card(&mut svg, card);
    }
    svg.push_str("</svg>");
    svg
}

impl Layout {
    fn of(words: &Words<'_>) -> Self {
        let used: Vec<Column> = COLUMNS
            .into_iter()
            .filter(|column| words.procedure.states.iter().any(|state| state.column == *column))
            .collect();
        let mut cards = cards(words, &used);
        let bottom = stack(&mut cards, used.len());
        let width = cards.iter().map(widest).max().unwrap_or(0).clamp(150, 250);
        let mut layout = Self {
            cards,
            titles: used.iter().map(|column| words.column(*column)).collect(),
            width,
            lefts: Vec::new(),
            tracks: BTreeMap::new(),
            lanes: BTreeMap::new(),
            bottom,
        };
        layout.route();
        let mut left = MARGIN;
        for column in 0..used.len() {
            layout.lefts.push(left);
            left += width + layout.channel_width(column);
        }
        layout
    }

    /// Gives every wire its tracks and its lane.
    fn route(&mut self) {
        let wires: Vec<(usize, usize)> = self.wires().map(|(from, _, to)| (from, to)).collect();
        for (from, to) in wires {
            let way = self.way(from, to);
            for channel in [way.leaves, way.arrives] {
                let next = self.tracks.keys().filter(|(known, _)| *known == channel).count();
                self.tracks.entry((channel, to)).or_insert(next);
            }
            if way.leaves != way.arrives {
                let next = self.lanes.len();
                self.lanes.entry(to).or_insert(next);
            }
        }
    }

    /// Every wire: card, row, card it leads to.
    fn wires(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        self.cards.iter().enumerate().flat_map(|(from, card)| {
            card.rows.iter().enumerate().filter_map(move |(row, line)| Some((from, row, line.to?)))
        })
    }

    fn way(&self, from: usize, to: usize) -> Way {
        let (source, target) = (self.cards[from].column, self.cards[to].column);
        if target < source {
            Way { leaves: source - 1, arrives: target, side: Side::Left }
        } else {
            Way { leaves: source, arrives: target.max(source + 1) - 1, side: Side::Right }
        }
    }

    fn channel_width(&self, channel: usize) -> usize {
        let tracks = self.tracks.keys().filter(|(known, _)| *known == channel).count();
        2 * MARGIN + tracks * TRACK
    }

    fn right_end(&self) -> usize {
        let last = self.lefts.len().saturating_sub(1);
        self.lefts.last().map_or(0, |left| left + self.width + self.channel_width(last))
    }

    fn track_x(&self, channel: usize, to: usize) -> usize {
        let track = self.tracks.get(&(channel, to)).copied().unwrap_or(0);
        self.lefts[channel] + self.width + MARGIN + track * TRACK
    }

    fn draw_wires(&self, svg: &mut String) {
        for (from, row, to) in self.wires() {
            let (card, target, way) = (&self.cards[from], &self.cards[to], self.way(from, to));
            let line = card.y + card.head() + row * ROW;
            let (x, y) = match way.side {
                Side::Right => (self.lefts[card.column] + self.width, line + OUT_RIGHT),
                Side::Left => (self.lefts[card.column], line + OUT_LEFT),
            };
            // A card to the right is entered from the left; any other from the right.
            let (end_x, end_y) = if target.column > card.column {
                (self.lefts[target.column], target.y + IN_LEFT)
            } else {
                (self.lefts[target.column] + self.width, target.y + IN_RIGHT)
            };
            let (first, last) = (self.track_x(way.leaves, to), self.track_x(way.arrives, to));
            let tone = to % TONES;
            let _ = write!(svg, "<path class=\"wire w{tone}\" d=\"M{x} {y}H{first}");
            if let Some(lane) = self.lanes.get(&to).filter(|_| way.leaves != way.arrives) {
                let _ = write!(svg, "V{}H{last}", self.bottom + lane * TRACK);
            }
            let _ = write!(svg, "V{end_y}H{end_x}\"/>");
            let (back, up, down) = if target.column > card.column {
                (end_x - 8, end_y - 4, end_y + 4)
            } else {
                (end_x + 8, end_y - 4, end_y + 4)
            };
            let _ = write!(svg, "<path class=\"tip w{tone}\" d=\"M{end_x} {end_y}L{back} {up}V{down}Z\"/>");
        }
    }

    fn draw_card(&self, svg: &mut String, card: &Card) {
        let (x, y, width) = (self.lefts[card.column], card.y, self.width);
        let (head, height) = (card.head(), card.height());
        let begins = if card.begins { " begins" } else { "" };
        let _ = write!(
            svg,
            "<g class=\"state{begins}\"><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>\
             <text class=\"name\" x=\"{}\" y=\"{}\">{}</text><text class=\"soft\" x=\"{}\" y=\"{}\">{}</text>",
            x + 10,
            y + 19,
            escaped(&fitted(&card.title, width - 20, 14)),
            x + 10,
            y + 37,
            escaped(&fitted(&card.holder, width - 20, 12)),
        );
        if let Some(fallback) = &card.fallback {
            let text = escaped(&fitted(fallback, width - 20, 12));
            let _ = write!(svg, "<text class=\"soft\" x=\"{}\" y=\"{}\">{text}</text>", x + 10, y + 56);
        }
        if !card.rows.is_empty() {
            let _ = write!(svg, "<path class=\"rule\" d=\"M{x} {}h{width}\"/>", y + head - 2);
        }
        for (row, line) in card.rows.iter().enumerate() {
            let text = escaped(&fitted(&line.text, width - 20, 12));
            let _ = write!(svg, "<text x=\"{}\" y=\"{}\">{text}</text>", x + 10, y + head + row * ROW + 14);
        }
        svg.push_str("</g>");
    }
}

/// The channels a wire runs in, and the side of the card it leaves by.
struct Way {
    leaves: usize,
    arrives: usize,
    side: Side,
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

fn cards(words: &Words<'_>, columns: &[Column]) -> Vec<Card> {
    let states = &words.procedure.states;
    let at = |key: &str| states.iter().position(|state| state.key == key);
    let make = |state: &crate::State| {
        let own =
            words.procedure.transitions_from(state).filter(|transition| transition.from != Origin::Open);
        let rows = own.map(|transition| {
            let title = transition.title(words.v.language);
            let key = if words.procedure.needs_second_key(transition) { "◆ " } else { "" };
            let (mark, to) = match &transition.to {
                Destination::Same => ("↻ ", None),
                Destination::Previous => ("↩ ", None),
                Destination::State(to) if *to == state.key => ("↻ ", None),
                Destination::State(to) => ("", at(to)),
            };
            Row { text: format!("{mark}{key}{title}"), to }
        });
        Card {
            title: state.title(words.v.language).to_owned(),
            holder: if state.is_closed() { words.v.t("regulation-ends") } else { words.holder(state.holder) },
            fallback: words.fallback(state),
            rows: rows.collect(),
            column: columns.iter().position(|column| *column == state.column).unwrap_or(0),
            y: 0,
            begins: words.procedure.intake.state == state.key,
        }
    };
    states.iter().map(make).collect()
}

/// Puts the cards below each other in their columns; returns where the lanes begin.
fn stack(cards: &mut [Card], columns: usize) -> usize {
    let mut next = vec![TOP; columns];
    for card in cards {
        card.y = next[card.column];
        next[card.column] += card.height() + GAP;
    }
    next.into_iter().max().unwrap_or(TOP)
}

fn widest(card: &Card) -> usize {
    let rows = card.rows.iter().map(|row| measure(&row.text, 12));
    let head = [measure(&card.title, 14), measure(&card.holder, 12)];
    let fallback = card.fallback.iter().map(|text| measure(text, 12));
    rows.chain(head).chain(fallback).max().unwrap_or(0) + 24
}

/// About how wide a text is at a font size: an ideograph is a square, a Latin letter a good half.
fn measure(text: &str, size: usize) -> usize {
    text.chars().map(|c| if c.is_ascii() { size * 6 } else { size * 10 }).sum::<usize>().div_ceil(10)
}

/// The text, cut so that it fits.
fn fitted(text: &str, width: usize, size: usize) -> String {
    if measure(text, size) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if measure(&cut, size) + measure(&c.to_string(), size) + size > width {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_does_not_fit_is_cut_and_says_so() {
        assert_eq!(fitted("已销号", 100, 12), "已销号");
        assert_eq!(fitted("核验不实，重新办理", 60, 12), "核验不实…");
    }

    #[test]
    fn a_title_cannot_break_out_of_the_drawing() {
        assert_eq!(escaped("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
    }
}
