//! A bar chart, drawn here: `templates/chart.html` writes it as SVG, with every figure in a table beside it.
//! No script, no style of its own: sizes are attributes, and the width is the page's.

use crate::messages::Message;

/// How wide a bar's place is, in units of the drawing.
const PLACE: usize = 10;

/// How high the drawing is, in the same units.
const HEIGHT: u64 = 100;

/// What a chart shows.
pub(crate) struct BarChart {
    /// Unique on its page.
    pub(crate) id: &'static str,
    /// What the figures are.
    pub(crate) title: Message,
    /// What is to be seen, in words.
    pub(crate) summary: Message,
    /// The headings of the table: of the labels, and of the figures.
    pub(crate) headings: [Message; 2],
    pub(crate) bars: Vec<Bar>,
}

/// One bar, and its row of the table.
pub(crate) struct Bar {
    pub(crate) label: String,
    /// The figure, as it is written.
    pub(crate) figure: String,
    pub(crate) x: usize,
    pub(crate) y: u64,
    pub(crate) height: u64,
}

impl BarChart {
    /// A bar for each figure with its label, the highest as high as the drawing.
    pub(crate) fn bars_of(figures: &[(String, u64)], write: impl Fn(u64) -> String) -> Vec<Bar> {
        let highest = figures.iter().map(|(_, figure)| *figure).max().unwrap_or(0).max(1);
        let place = |(place, (label, figure)): (usize, &(String, u64))| {
            // What is not nothing is seen.
            let height = (u128::from(*figure) * u128::from(HEIGHT)).div_ceil(u128::from(highest));
            let height = u64::try_from(height).unwrap_or(HEIGHT);
            Bar {
                label: label.clone(),
                figure: write(*figure),
                x: place * PLACE + 1,
                y: HEIGHT - height,
                height,
            }
        };
        figures.iter().enumerate().map(place).collect()
    }

    /// The width of the drawing.
    pub(crate) fn width(&self) -> usize {
        self.bars.len() * PLACE
    }

    /// The width of a bar.
    pub(crate) fn bar_width(&self) -> usize {
        PLACE - 2
    }

    /// The labels under both ends.
    pub(crate) fn ends(&self) -> Option<(&str, &str)> {
        Some((&self.bars.first()?.label, &self.bars.last()?.label))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_fills_the_drawing_and_a_small_figure_is_still_seen() {
        let figures: Vec<_> = [0, 1, 500, 1000].map(|figure| (format!("n° {figure}"), figure)).into();
        let bars = BarChart::bars_of(&figures, |figure| figure.to_string());
        let drawn: Vec<_> = bars.iter().map(|bar| (bar.x, bar.y, bar.height)).collect();
        assert_eq!(drawn, [(1, 100, 0), (11, 99, 1), (21, 50, 50), (31, 0, 100)]);
        assert_eq!(bars[2].figure, "500");
    }

    #[test]
    fn figures_that_are_all_nothing_draw_nothing() {
        let bars =
            BarChart::bars_of(&[("a".to_owned(), 0), ("b".to_owned(), 0)], |figure| figure.to_string());
        assert!(bars.iter().all(|bar| bar.height == 0));
        let large = BarChart::bars_of(&[("a".to_owned(), u64::MAX)], |figure| figure.to_string());
        assert_eq!(large[0].height, 100);
    }
}
