//! Templates and the engine that fills them: everything is escaped, and a name that is missing is an error.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};

use super::numbers::Numbers;
use super::views::Page;
use super::words::{Words, fill};
use crate::export::ExportError;

const TEMPLATES: [(&str, &str); 20] = [
    ("page.html", include_str!("templates/page.html")),
    ("macros.html", include_str!("templates/macros.html")),
    ("style.css", include_str!("templates/style.css")),
    ("first_screen.html", include_str!("templates/first_screen.html")),
    ("news.html", include_str!("templates/news.html")),
    ("themes.html", include_str!("templates/themes.html")),
    ("groups.html", include_str!("templates/groups.html")),
    ("consensus.html", include_str!("templates/consensus.html")),
    ("group_work.html", include_str!("templates/group_work.html")),
    ("own_steps.html", include_str!("templates/own_steps.html")),
    ("unasked.html", include_str!("templates/unasked.html")),
    ("alike.html", include_str!("templates/alike.html")),
    ("phrases.html", include_str!("templates/phrases.html")),
    ("letters.html", include_str!("templates/letters.html")),
    ("contrasts.html", include_str!("templates/contrasts.html")),
    ("together.html", include_str!("templates/together.html")),
    ("quotes.html", include_str!("templates/quotes.html")),
    ("method.html", include_str!("templates/method.html")),
    ("evidence.html", include_str!("templates/evidence.html")),
    ("answers.html", include_str!("templates/answers.html")),
];

/// The templates, ready for one language.
#[derive(Debug)]
pub struct Layout {
    environment: Environment<'static>,
}

impl Layout {
    /// Reads the templates.
    ///
    /// # Errors
    /// When a template is not valid.
    pub fn new(words: &Words, numbers: Numbers) -> Result<Self, ExportError> {
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(report_error)?;
        environment.set_syntax(syntax);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, text) in TEMPLATES {
            environment.add_template(name, text).map_err(report_error)?;
        }
        environment.add_global("w", Value::from(Serde(&words.text)));
        environment.add_filter("whole", move |number: usize| numbers.whole(number));
        environment.add_filter("fill", |text: String, values: minijinja::value::Kwargs| {
            let mut pairs = Vec::new();
            for key in values.args() {
                let value: Value = values.get(key)?;
                pairs.push((key.to_owned(), value.to_string()));
            }
            let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            Ok::<String, minijinja::Error>(fill(&text, &borrowed))
        });
        Ok(Layout { environment })
    }

    /// Fills the page.
    ///
    /// # Errors
    /// When a template asks for what the page does not have.
    pub fn render(&self, page: &Page) -> Result<String, ExportError> {
        let template = self.environment.get_template("page.html").map_err(report_error)?;
        template.render(Value::from(Serde(page))).map_err(report_error)
    }
}

/// Template errors name a template and a line; the values in them are left out.
fn report_error(error: minijinja::Error) -> ExportError {
    let place = match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!(" in {name}:{line}"),
        _ => String::new(),
    };
    ExportError::Report { cause: format!("{}{place}", error.kind()) }
}
