//! Drift as a file of metrics for Prometheus, as its node exporter's textfile collector reads it.
//!
//! The same series are there whatever was found: what there is none of is zero, so that a rule never waits for a series that has not come yet.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use crate::address::Kind;
use crate::drift::{Cause, Items, Mode, Reading};
use crate::findings::{Severity, Standing};

/// Returns the metrics of a drift that was read for a target (`None` if the project has no targets) and finished at a time.
pub fn metrics(drift: &Items, target: Option<&str>, reading: &Reading, at: Timestamp) -> String {
    let org = drift.org.as_ref().map_or("", |org| &org.id);
    let portal = drift.portal.as_ref().map_or("", |portal| &portal.url);
    let labels = [("project", &*drift.project), ("target", target.unwrap_or_default()), ("org_id", org), ("portal", portal)];
    let labels = labels.into_iter().map(|(name, value)| (Cow::Borrowed(name), Cow::Owned(value.to_owned())));
    let mut registry = Registry::with_labels(labels);
    registry.register_collector(Box::new(Gauges(gauges(drift, reading, at))));
    let mut out = String::new();
    text::encode(&mut out, &registry).expect("writing to a String does not fail");
    out
}

/// One gauge: its name, what it is for, and its values by label.
#[derive(Debug)]
struct Gauge {
    name: &'static str,
    help: &'static str,
    values: Vec<(Vec<(&'static str, &'static str)>, i64)>,
}

fn gauges(drift: &Items, reading: &Reading, at: Timestamp) -> Vec<Gauge> {
    let one = |value| vec![(Vec::new(), value)];
    let causes = [(Cause::ChangedLive, "changed_live"), (Cause::Pending, "pending"), (Cause::Either, "either")];
    let causes = causes.map(|(cause, word)| (vec![("cause", word)], count(drift.items.iter().filter(|item| item.cause == cause))));
    let new = |severity| drift.findings.iter().filter(move |finding| finding.standing == Standing::New && finding.severity == severity);
    let severities = SEVERITIES.map(|severity| (vec![("severity", severity.as_str())], count(new(severity))));
    [
        (
            "idpctl_drift_items",
            "Departures of the org from the manifests, by the kind of object and the worst danger in it",
            by_kind(drift),
        ),
        ("idpctl_drift_items_by_cause", "The same departures by who moved: the org, the manifests, or one of them", causes.into()),
        ("idpctl_drift_findings", "Dangers that are there because the org is not as declared", severities.into()),
        ("idpctl_drift_not_compared", "Declared things that could not be compared", one(count(&drift.not_compared))),
        ("idpctl_drift_requests", "Requests that the last run sent", one(reading.requests.into())),
        ("idpctl_drift_full_sweep", "Whether the last run read everything", one((reading.mode == Mode::Full).into())),
        ("idpctl_drift_data_timestamp_seconds", "When the reading of what was compared began", one(reading.as_of.as_second())),
        ("idpctl_drift_last_success_timestamp_seconds", "When a run last came to its end", one(at.as_second())),
    ]
    .map(|(name, help, values)| Gauge { name, help, values })
    .into()
}

const SEVERITIES: [Severity; 3] = [Severity::High, Severity::Medium, Severity::Low];

fn by_kind(drift: &Items) -> Vec<(Vec<(&'static str, &'static str)>, i64)> {
    let words = || SEVERITIES.iter().map(|severity| severity.as_str()).chain(["none"]);
    let mut counts: BTreeMap<_, i64> = Kind::ALL.iter().flat_map(|kind| words().map(|word| ((*kind, word), 0))).collect();
    for item in &drift.items {
        let of_it = drift.findings.iter().filter(|finding| finding.address == item.address && finding.standing != Standing::Accepted);
        let worst = of_it.map(|finding| finding.severity).max().map_or("none", Severity::as_str);
        *counts.entry((item.address.kind, worst)).or_default() += 1;
    }
    counts.into_iter().map(|((kind, worst), count)| (vec![("kind", kind.as_str()), ("severity", worst)], count)).collect()
}

fn count<T>(items: impl IntoIterator<Item = T>) -> i64 {
    i64::try_from(items.into_iter().count()).unwrap_or(i64::MAX)
}

/// Gauges in the order in which they are written.
#[derive(Debug)]
struct Gauges(Vec<Gauge>);

impl Collector for Gauges {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for Gauge { name, help, values } in &self.0 {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for (labels, value) in values {
                let labels = labels.as_slice();
                let metric = ConstGauge::new(*value);
                if labels.is_empty() {
                    metric.encode(family.encode_family(&NONE)?)?;
                } else {
                    metric.encode(family.encode_family(&labels)?)?;
                }
            }
        }
        Ok(())
    }
}

const NONE: [(&str, &str); 0] = [];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::findings::Finding;

    #[test]
    fn every_series_is_there_with_its_labels_escaped() {
        let mut drift = crate::render::drift::tests::items();
        let finding = |code| Finding::new(code, drift.items[0].address.clone(), "dangerous");
        drift.findings = vec![finding(Code(4201)), Finding { standing: Standing::Accepted, ..finding(Code(4202)) }];
        drift.project = "pay\"ments\n\\x".to_owned();
        let [as_of, at] = ["2026-09-01T08:30:00.5Z", "2026-09-01T08:31:00Z"].map(|time| time.parse().unwrap());
        let text = metrics(&drift, Some("prod"), &Reading { mode: Mode::Full, as_of, requests: 7, because: None }, at);
        assert_eq!(text.lines().filter(|line| line.ends_with(" 0")).count(), 32);
        let rest: Vec<_> = text.lines().filter(|line| !line.ends_with(" 0")).collect();
        insta::assert_snapshot!(rest.join("\n"), @r#"
        # HELP idpctl_drift_items Departures of the org from the manifests, by the kind of object and the worst danger in it
        # TYPE idpctl_drift_items gauge
        idpctl_drift_items{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal="",kind="App",severity="high"} 5
        idpctl_drift_items{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal="",kind="App",severity="none"} 3
        # HELP idpctl_drift_items_by_cause The same departures by who moved: the org, the manifests, or one of them
        # TYPE idpctl_drift_items_by_cause gauge
        idpctl_drift_items_by_cause{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal="",cause="changed_live"} 2
        idpctl_drift_items_by_cause{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal="",cause="pending"} 2
        idpctl_drift_items_by_cause{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal="",cause="either"} 4
        # HELP idpctl_drift_findings Dangers that are there because the org is not as declared
        # TYPE idpctl_drift_findings gauge
        idpctl_drift_findings{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal="",severity="high"} 1
        # HELP idpctl_drift_not_compared Declared things that could not be compared
        # TYPE idpctl_drift_not_compared gauge
        idpctl_drift_not_compared{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal=""} 1
        # HELP idpctl_drift_requests Requests that the last run sent
        # TYPE idpctl_drift_requests gauge
        idpctl_drift_requests{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal=""} 7
        # HELP idpctl_drift_full_sweep Whether the last run read everything
        # TYPE idpctl_drift_full_sweep gauge
        idpctl_drift_full_sweep{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal=""} 1
        # HELP idpctl_drift_data_timestamp_seconds When the reading of what was compared began
        # TYPE idpctl_drift_data_timestamp_seconds gauge
        idpctl_drift_data_timestamp_seconds{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal=""} 1788251400
        # HELP idpctl_drift_last_success_timestamp_seconds When a run last came to its end
        # TYPE idpctl_drift_last_success_timestamp_seconds gauge
        idpctl_drift_last_success_timestamp_seconds{project="pay\"ments\n\\x",target="prod",org_id="00o1",portal=""} 1788251460
        # EOF
        "#);
    }
}
