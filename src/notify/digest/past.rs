//! What of a longer window was not looked at, though all may be well at its end.

use super::super::civil::moment;
use super::super::outside::line;
use super::super::stories::View;
use crate::model::Past;

/// A line for each: since when, then in which stretches not.
pub(super) fn lines(past: &Past, view: View<'_>) -> Vec<String> {
    let at = |instant| moment(instant, view.now, view.zone);
    let mut lines = Vec::new();
    lines.extend(
        past.began
            .map(|began| format!("The service began on {}: nothing was read before.", at(began))),
    );
    lines.extend(past.since.iter().map(|(source, since)| {
        format!("{} is read since {}.", view.outlets.exact(source), at(*since))
    }));
    lines.extend(past.stopped.iter().map(|(from, until)| {
        format!("No source was polled from {} to {}.", at(*from), at(*until))
    }));
    lines.extend(past.unread.iter().map(|(source, one)| {
        let until = one.until.map_or_else(|| "now".to_owned(), at);
        let why = one
            .error
            .as_deref()
            .map_or_else(|| "it was not polled".to_owned(), |error| line(error, 200));
        format!(
            "{} was not read from {} to {until} – {why}.",
            view.outlets.exact(source),
            at(one.from)
        )
    }));
    lines.extend(past.thin.iter().map(|(source, one)| {
        format!(
            "{} may not have been read all the time from {} to {}: {} of about {} polls were made.",
            view.outlets.exact(source),
            at(one.from),
            at(one.until),
            one.made,
            one.due
        )
    }));
    lines
}
