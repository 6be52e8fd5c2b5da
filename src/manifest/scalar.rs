//! A plain YAML scalar to its value, by the one reading that all readers agree about.
//!
//! What YAML 1.1 and 1.2, or two parsers of either, read differently is refused or warned about rather than decided.

use serde_json::{Number, Value};

/// What a plain scalar is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Plain {
    /// A value that every reader sees alike.
    Clear(Value),
    /// A text that YAML 1.1 takes for a boolean.
    Ambiguous(Value),
    /// `.inf`, `.nan`.
    NotANumber,
    /// A number in a form such as `030` or `0x1f`.
    NumberForm,
    /// A number beyond 64 bits.
    TooLarge,
}

/// Reads a plain scalar.
pub(super) fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Clear(Value::Null),
        "true" | "True" | "TRUE" => return Plain::Clear(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Plain::Clear(Value::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Plain::NotANumber;
    }
    if ["yes", "no", "on", "off"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Plain::Ambiguous(Value::from(text));
    }
    if is_json_number(text) {
        return number(text);
    }
    if looks_like_a_number(unsigned) { Plain::NumberForm } else { Plain::Clear(Value::from(text)) }
}

fn number(text: &str) -> Plain {
    let whole = !text.contains(['.', 'e', 'E']);
    let number = if whole {
        text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from)).ok()
    } else {
        text.parse::<f64>().ok().and_then(Number::from_f64)
    };
    number.map_or(Plain::TooLarge, |n| Plain::Clear(Value::Number(n)))
}

/// Whether a text is a number as JSON writes it.
fn is_json_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits) && exponent.is_none_or(digits)
}

/// Whether some reader takes a text for a number although JSON does not write it so.
fn looks_like_a_number(unsigned: &str) -> bool {
    let based = |prefix: &str, radix| {
        unsigned.strip_prefix(prefix).is_some_and(|rest| {
            let rest = rest.replace('_', "");
            !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix))
        })
    };
    // `1_000` and `1:30` are numbers in YAML 1.1 only, and far more often names and times: they stay texts, as in both parsers.
    let decimal = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.contains(|c: char| c.is_ascii_digit())
        && unsigned.parse::<f64>().is_ok();
    based("0x", 16) || based("0o", 8) || based("0b", 2) || decimal
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_all_readers_agree_about_is_read_as_a_number() {
        for (text, value) in
            [("0", json!(0)), ("-1", json!(-1)), ("18446744073709551615", json!(u64::MAX)), ("1.10", json!(1.1)), ("1e3", json!(1000.0))]
        {
            assert_eq!(plain(text), Plain::Clear(value), "{text}");
        }
        for text in ["030", "-030", "+5", ".5", "5.", "01.5", "0x1F", "0o17", "0b1", "+.5e1"] {
            assert_eq!(plain(text), Plain::NumberForm, "{text}");
        }
        for text in ["18446744073709551616", "-9223372036854775809", "1e999"] {
            assert_eq!(plain(text), Plain::TooLarge, "{text}");
        }
        for text in [".inf", "-.INF", ".nan", "+.inf"] {
            assert_eq!(plain(text), Plain::NotANumber, "{text}");
        }
    }

    #[test]
    fn names_dates_versions_and_ids_stay_texts() {
        for text in ["2026-09", "1.2.3", "00o1a2b3", "inf", "nan", "infinity", "1_000", "12:30", "e3", "-", ".", "0x", "ja", "1e", "--1"] {
            assert_eq!(plain(text), Plain::Clear(json!(text)), "{text}");
        }
        for text in ["yes", "NO", "On", "off"] {
            assert_eq!(plain(text), Plain::Ambiguous(json!(text)), "{text}");
        }
    }
}
