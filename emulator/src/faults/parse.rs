//! The words of a fault.

use std::{str::FromStr, time::Duration};

use super::{Fault, FaultKind, KINDS, Times};
use crate::error::Error;

/// A year: longer than anybody waits, and far from what a clock cannot add.
const LONGEST: Duration = Duration::from_hours(24 * 365);
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl FromStr for Fault {
    type Err = Error;

    fn from_str(spec: &str) -> Result<Self, Error> {
        parse(spec).map_err(|problem| Error::Fault { spec: spec.into(), problem })
    }
}

fn parse(spec: &str) -> Result<Fault, String> {
    let mut words = spec.split_whitespace().peekable();
    let method = words.next_if(|word| METHODS.contains(word)).map(str::to_owned);
    let path = words.next_if(|word| word.starts_with('/')).map(str::to_owned);
    let kind = words.next().ok_or_else(|| format!("it names no kind; there are {}", kinds()))?;
    let mut fault = Fault { method, path, kind: parse_kind(kind)?, after: 0, times: Times::Always };
    while let Some(word) = words.next() {
        match word {
            "after" => fault.after = count(words.next())?,
            "every" => fault.times = Times::Every(count(words.next())?),
            _ => match word.strip_prefix('x') {
                Some(times) => fault.times = Times::First(count(Some(times))?),
                None => return Err(format!("`{word}` is none of `after N`, `every N`, `xN`")),
            },
        }
    }
    let narrowed = fault.method.is_some() || fault.path.is_some() || fault.after > 0;
    if matches!(fault.kind, FaultKind::ListLag(_)) && (narrowed || fault.times != Times::Always) {
        return Err("list-lag holds for the whole org and takes no method, path or count".into());
    }
    Ok(fault)
}

fn kinds() -> String {
    KINDS.iter().map(|(form, _)| *form).collect::<Vec<_>>().join(", ")
}

fn parse_kind(word: &str) -> Result<FaultKind, String> {
    let (name, value) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    };
    let length = || value.and_then(duration).ok_or_else(|| format!("{name} needs a duration, such as `{name}=3s` or `{name}=250ms`"));
    let kind = match name {
        "429" => match value {
            None => FaultKind::TooManyRequests(Duration::from_secs(1)),
            Some(_) => FaultKind::TooManyRequests(length()?),
        },
        "slow" => FaultKind::Slow(length()?),
        "list-lag" => FaultKind::ListLag(length()?),
        _ if value.is_some() => return Err(format!("`{name}` takes no value")),
        "429-bare" => FaultKind::TooManyUntold,
        "concurrency" => FaultKind::TooManyAtOnce,
        "423" => FaultKind::Locked,
        "500" => FaultKind::InternalError,
        "503" => FaultKind::Unavailable,
        "error-200" => FaultKind::ErrorInside,
        "captive" => FaultKind::Captive,
        "redirect" => FaultKind::Redirect,
        "reset-before" => FaultKind::ResetBefore,
        "reset-after" => FaultKind::ResetAfter,
        "cut-off" => FaultKind::CutOff,
        "wrong-type" => FaultKind::WrongType,
        "foreign-link" => FaultKind::ForeignLink,
        "endless" => FaultKind::Endless,
        "hold" => FaultKind::HoldBefore,
        "hold-after" => FaultKind::HoldAfter,
        _ => return Err(format!("`{name}` is no kind; there are {}", kinds())),
    };
    Ok(kind)
}

fn count(word: Option<&str>) -> Result<u64, String> {
    word.and_then(|word| word.parse().ok()).filter(|count| *count > 0).ok_or_else(|| "a count must be a number from 1".into())
}

/// Reads `250ms`, `3s`, `2m`, up to a year; a bare number is seconds.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..split].parse().ok()?;
    let duration = match &text[split..] {
        "ms" => Duration::from_millis(number),
        "" | "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60)?),
        _ => return None,
    };
    Some(duration).filter(|duration| *duration <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(spec: &str) -> String {
        spec.parse::<Fault>().unwrap_err().to_string()
    }

    #[test]
    fn all_parts_of_a_fault_are_read() {
        let fault: Fault = "POST /api/v1/apps slow=250ms after 2 x3".parse().unwrap();
        assert_eq!(
            fault,
            Fault {
                method: Some("POST".into()),
                path: Some("/api/v1/apps".into()),
                kind: FaultKind::Slow(Duration::from_millis(250)),
                after: 2,
                times: Times::First(3),
            }
        );
    }

    #[test]
    fn every_kind_is_read_as_it_is_listed() {
        let mut read = Vec::new();
        for (form, _) in KINDS {
            let bare = form.replace("[=SECONDS]", "");
            for spec in [bare, form.replace("[=SECONDS]", "=30")] {
                read.push(spec.replace("DURATION", "250ms").parse::<Fault>().unwrap().kind);
            }
        }
        let kinds = |kind: &FaultKind| std::mem::discriminant(kind);
        read.dedup_by_key(|kind| kinds(kind));
        assert_eq!(read.len(), KINDS.len());
        // A kind that is added must be listed.
        assert!(matches!(read.last(), Some(FaultKind::ListLag(_))));
    }

    #[test]
    fn durations_have_units_and_an_end() {
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("3"), Some(Duration::from_secs(3)));
        assert_eq!(duration("2m"), Some(Duration::from_mins(2)));
        for wrong in ["", "s", "3h", "-1s", "99999999999s", "18446744073709551615m"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_fault_that_cannot_be_read_is_told_what_is_possible() {
        insta::assert_snapshot!(problem("teapot"), @"`teapot` is not a fault: `teapot` is no kind; there are 429[=SECONDS], 429-bare, concurrency, 423, 500, 503, error-200, captive, redirect, reset-before, reset-after, cut-off, slow=DURATION, wrong-type, foreign-link, endless, hold, hold-after, list-lag=DURATION");
        insta::assert_snapshot!(problem("slow"), @"`slow` is not a fault: slow needs a duration, such as `slow=3s` or `slow=250ms`");
        insta::assert_snapshot!(problem("500 sometimes"), @"`500 sometimes` is not a fault: `sometimes` is none of `after N`, `every N`, `xN`");
        insta::assert_snapshot!(problem("500 every 0"), @"`500 every 0` is not a fault: a count must be a number from 1");
        insta::assert_snapshot!(problem("GET list-lag=3s"), @"`GET list-lag=3s` is not a fault: list-lag holds for the whole org and takes no method, path or count");
        insta::assert_snapshot!(problem("GET"), @"`GET` is not a fault: it names no kind; there are 429[=SECONDS], 429-bare, concurrency, 423, 500, 503, error-200, captive, redirect, reset-before, reset-after, cut-off, slow=DURATION, wrong-type, foreign-link, endless, hold, hold-after, list-lag=DURATION");
    }
}
