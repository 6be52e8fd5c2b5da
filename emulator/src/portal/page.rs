//! `page`, `per_page` and `limit`: which rows of a list are shown.

use super::reply::Refusal;
use crate::call::Call;

const PER_PAGE: usize = 20;

/// The part of a list that was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    skipped: usize,
    shown: usize,
}

impl Page {
    /// Reads the parameters. What is not a positive number counts as not given, but for a page size of zero, by which the
    /// framework divides.
    pub(super) fn of(call: &Call) -> Result<Self, Refusal> {
        let number = |name: &str| call.query.value(name).and_then(|text| text.parse::<usize>().ok());
        let per_page = match number("per_page") {
            Some(0) => return Err(Refusal::crash()),
            given => given.unwrap_or(PER_PAGE),
        };
        let page = number("page").filter(|page| *page > 0).unwrap_or(1);
        // `limit` changes how many rows are shown; where they begin still follows `per_page`.
        let shown = number("limit").filter(|limit| *limit > 0).unwrap_or(per_page);
        Ok(Self { skipped: (page - 1).saturating_mul(per_page), shown })
    }

    /// Returns the rows of this page.
    pub(super) fn rows<T>(&self, all: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        all.skip(self.skipped).take(self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(query: &str) -> Option<Vec<usize>> {
        let request = http::Request::get(format!("http://portal/portal-api/oauth-providers?{query}")).body(Vec::new()).unwrap();
        Some(Page::of(&Call::new(request, None)).ok()?.rows(1..=45).collect())
    }

    #[test]
    fn a_page_is_found_by_its_number_and_size() {
        let table: [(&str, &[usize]); 8] = [
            ("page=3", &[41, 42, 43, 44, 45]),
            ("page=4", &[]),
            ("page=2&per_page=3", &[4, 5, 6]),
            ("page=2&per_page=3&limit=1", &[4]),
            ("page=2&limit=2", &[21, 22]),
            ("page=0&per_page=2", &[1, 2]),
            ("page=-7&per_page=2&limit=0", &[1, 2]),
            ("page=18446744073709551615", &[]),
        ];
        for (query, expected) in table {
            assert_eq!(rows(query).as_deref(), Some(expected), "{query}");
        }
        assert_eq!(rows("").unwrap().len(), 20);
        assert_eq!(rows("per_page=many").unwrap().len(), 20);
        assert_eq!(rows("per_page=0"), None);
    }
}
