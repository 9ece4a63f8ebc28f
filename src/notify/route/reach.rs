//! What would reach nobody: each company, topic and severity that no reader receives.

use super::super::reader::{CompanyWord, Reader, TopicWord, Vocabulary};
use super::is_urgent;
use crate::model::{Problem, Severity};

/// A warning for each company, topic and severity that no reader receives, and one for pairs of
/// company and topic that fall between the readers' filters. Readers whom rules add are left out of
/// account, because a rule may never fire.
#[must_use]
pub fn unreached(readers: &[Reader], vocabulary: &Vocabulary) -> Vec<Problem> {
    if readers.is_empty() {
        let what = "there is no reader: every alert goes to the operator";
        return vec![Problem::warning(None, what).hint("add a [[reader]]")];
    }
    let mut problems = Vec::new();
    for severity in [Severity::High, Severity::Medium] {
        if !readers.iter().any(|reader| takes(reader, severity)) {
            let what = format!("{} alerts reach no reader", severity.as_str());
            problems.push(Problem::warning(None, what).hint(REMEDY));
        }
    }
    let topics = &vocabulary.topics;
    let companies = &vocabulary.companies;
    let lost_companies: Vec<&CompanyWord> = companies
        .iter()
        .filter(|company| !topics.iter().any(|topic| pair_reaches(readers, company, topic)))
        .filter(|_| !topics.is_empty())
        .collect();
    let lost_topics: Vec<&TopicWord> = topics
        .iter()
        .filter(|topic| {
            let with_company = companies.iter().any(|one| pair_reaches(readers, one, topic));
            !with_company
                && !(alone_reaches(readers, topic) && (topic.alone || companies.is_empty()))
        })
        .collect();
    for company in &lost_companies {
        let what = format!("alerts about {} reach no reader", company.name);
        problems.push(Problem::warning(company.place.clone(), what).hint(REMEDY));
    }
    for topic in &lost_topics {
        let what =
            format!("{} alerts of topic {} reach no reader", topic.severity.as_str(), topic.name);
        problems.push(Problem::warning(topic.place.clone(), what).hint(REMEDY));
    }
    problems.extend(lost_alone(readers, topics, &lost_topics));
    problems.extend(lost_pairs(readers, vocabulary, &lost_companies, &lost_topics));
    problems
}

const REMEDY: &str = "such alerts go to the operator; widen a reader's filters to change that";

/// Topics that can alert without a company, when only readers with a company filter take them.
fn lost_alone(readers: &[Reader], topics: &[TopicWord], lost: &[&TopicWord]) -> Vec<Problem> {
    topics
        .iter()
        .filter(|topic| topic.alone && !alone_reaches(readers, topic))
        .filter(|topic| !lost.iter().any(|other| other.id == topic.id))
        .map(|topic| {
            let what = format!("{} without a company reaches no reader", topic.name);
            Problem::warning(topic.place.clone(), what).hint(REMEDY)
        })
        .collect()
}

/// One line for all pairs that fall between filters: with many of either a line each would drown
/// the rest.
fn lost_pairs(
    readers: &[Reader],
    vocabulary: &Vocabulary,
    lost_companies: &[&CompanyWord],
    lost_topics: &[&TopicWord],
) -> Option<Problem> {
    let known = |company: &CompanyWord, topic: &TopicWord| {
        lost_companies.iter().any(|one| one.id == company.id)
            || lost_topics.iter().any(|one| one.id == topic.id)
    };
    let mut lost = vocabulary
        .companies
        .iter()
        .flat_map(|company| vocabulary.topics.iter().map(move |topic| (company, topic)))
        .filter(|(company, topic)| {
            !known(company, topic) && !pair_reaches(readers, company, topic)
        });
    let (company, topic) = lost.next()?;
    let what = match lost.count() {
        0 => format!("{} with {} reaches no reader", company.name, topic.name),
        n => format!(
            "{} with {} and {n} more pairs of company and topic reach no reader",
            company.name, topic.name
        ),
    };
    Some(Problem::warning(None, what).hint(REMEDY))
}

fn takes(reader: &Reader, severity: Severity) -> bool {
    severity >= reader.min_severity
        && (!reader.schedule.is_never() || is_urgent(reader.urgent, severity))
}

fn takes_topic(reader: &Reader, topic: &TopicWord) -> bool {
    takes(reader, topic.severity) && (reader.topics.is_empty() || reader.topics.contains(&topic.id))
}

fn pair_reaches(readers: &[Reader], company: &CompanyWord, topic: &TopicWord) -> bool {
    readers.iter().any(|reader| {
        let any_company = reader.companies.is_empty() && reader.groups.is_empty();
        let company = any_company
            || reader.companies.contains(&company.id)
            || company.groups.iter().any(|group| reader.groups.contains(group));
        company && takes_topic(reader, topic)
    })
}

fn alone_reaches(readers: &[Reader], topic: &TopicWord) -> bool {
    readers.iter().any(|reader| {
        reader.companies.is_empty() && reader.groups.is_empty() && takes_topic(reader, topic)
    })
}
