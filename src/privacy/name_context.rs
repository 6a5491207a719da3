//! The words around names that tell that they are names, or are none.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// What a word beside a name, or in one, is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Role {
    /// Who somebody is: "rektor", "kollega".
    Title = 1,
    /// "min", between a relation and a name.
    Possessive = 2,
    /// What one does with a person: "spurte".
    PersonVerb = 4,
    /// What only a person does, after the name: "sa".
    Saying = 8,
    /// "mvh".
    Greeting = 16,
    /// What is called after persons and is none: "gate".
    NamedThing = 32,
    /// A word in the names of organisations: "AS".
    OrganisationPart = 64,
    /// A small word inside of names: "von".
    Particle = 128,
    /// Before the name of a house, a room or a farm.
    House = 256,
}

/// Whether a word, in whatever case, has this role.
pub(super) fn has_role(word: &str, role: Role) -> bool {
    let roles = if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        ROLES.get(word)
    } else {
        ROLES.get(word.to_lowercase().as_str())
    };
    roles.is_some_and(|roles| roles & role as u16 != 0)
}

static ROLES: LazyLock<FxHashMap<&'static str, u16>> = LazyLock::new(|| {
    let lists = [
        (TITLES, Role::Title),
        (POSSESSIVES, Role::Possessive),
        (PERSON_VERBS, Role::PersonVerb),
        (SAYING, Role::Saying),
        (GREETINGS, Role::Greeting),
        (NAMED_THINGS, Role::NamedThing),
        (ORGANISATION_PARTS, Role::OrganisationPart),
        (PARTICLES, Role::Particle),
        (HOUSES, Role::House),
    ];
    let mut roles: FxHashMap<&'static str, u16> = FxHashMap::default();
    for (list, role) in lists {
        for word in list.split_whitespace() {
            *roles.entry(word).or_default() |= role as u16;
        }
    }
    roles
});

pub(super) fn ends_like_organisation(word: &str) -> bool {
    let lower = word.to_lowercase();
    let stem = lower.strip_suffix('s').unwrap_or(&lower);
    ends_with_any(&lower, ORGANISATION_ENDINGS) || ends_with_any(stem, ORGANISATION_ENDINGS)
}

pub(super) fn ends_like_surname(word: &str) -> bool {
    let lower = word.to_lowercase();
    // In the genitive too.
    let stem = lower.strip_suffix('s').unwrap_or(&lower);
    ends_with_any(&lower, SURNAME_ENDINGS) || ends_with_any(stem, SURNAME_ENDINGS)
}

fn ends_with_any(lower: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| lower.len() > ending.len() + 1 && lower.ends_with(ending))
}

/// Before a name: who it is.
const TITLES: &str = " rektor inspektør lærer læreren lærar læraren kontaktlærer kontaktlærar lege legen fastlege fastlegen \
    doktor dr prof professor advokat saksbehandler saksbehandleren sakshandsamar sakshandsamaren avdelingsleder \
    avdelingslederen avdelingsleiar seksjonsleder seksjonsleiar teamleder teamleiar gruppeleder gruppeleiar \
    prosjektleder prosjektlederen prosjektleiar prosjektleiaren leder lederen leiar leiaren leiaran sjef sjefen \
    direktør direktøren kommunedirektør kommunedirektøren ordfører ordføreren ordførar varaordfører rådmann rådmannen \
    statsråd statsråden statsminister minister statssekretær fru frøken herr mr mrs ms miss sir madam søster sjukepleiar \
    sykepleier sykepleieren helsesykepleier helsesjukepleiar jordmor psykolog psykologen terapeut fysioterapeut \
    konsulent konsulenten rådgiver rådgiveren rådgivar rådgivaren seniorrådgiver seniorrådgivar veileder veilederen \
    rettleiar vaktmester vaktmesteren vaktmeister renholder kollega kollegaen kollegaene kollegar kollegaer sjåfør \
    prest presten biskop politibetjent betjent lensmann kaptein trener treneren trenar styreleder styreleiar \
    tillitsvalgt verneombud verneombudet kontaktperson kontakt ansvarlig ansvarleg medarbeider medarbeidar \
    medarbeideren naboen nabo venn vennen venninne venninna kamerat kameraten onkel tante bestefar bestemor mormor \
    morfar farmor farfar mamma pappa mor far broren bror broder søstera søsteren sønn sønnen son datter datteren \
    dattera dotter dottera mannen kona kjæreste kjæresten ektefelle samboer sambuar moren moder mora faren mora besteforeldrene barnet eleven brukeren brukaren \
    pasienten pasient boss manager colleague supervisor director teacher nurse doctor headmaster principal mayor \
    adviser advisor officer secretary friend neighbour neighbor brother sister son daughter wife husband uncle aunt \
    councillor caseworker therapist ";

/// Between a relation and a name: "kollegaen min Signhild".
const POSSESSIVES: &str = " min mi mitt mine vår vårt våre hans hennes hennar vores dykkar deres ";

/// Before a name: somebody does something with that person.
const PERSON_VERBS: &str = " spurte spurde spør spørre spørje spurt snakke snakket snakka ringte ringe ringde takk takke \
    hils helse asked ask told thank thanks met heter heiter hette heitte kalles kalt kontakt kontakte contact called ";

/// After a name: only a person does so.
const SAYING: &str = " sa hjalp ringte ringde fortalte fortalde svarte svara spurte spurde smilte gråt lo lovte lova sluttet slutta pensjonerte foreslo who said \
    helped asked told replied promised ";

/// Before a name, with nothing between but blanks and signs: a greeting or a signature.
const GREETINGS: &str = " mvh hilsen hilsing helsing helsingar hilsner vh underskrevet signert underteikna regards sincerely \
    cheers ";

/// After what is called after a person, and so is none.
const NAMED_THINGS: &str = " gate gata gaten vei veien veg vegen plass plassen allé alle alleen alléen torg torget terrasse \
    bru brua bro broen park parken skole skolen skule skulen barnehage barnehagen barnehave kommune kommunen kommuner fylke \
    fylket fylkeskommune universitet universitetet høgskole høgskule høyskole sykehus sykehuset sjukehus sjukehuset \
    senter senteret stiftelse stiftelsen pris prisen museum museet kirke kirken kyrkje kyrkja minnefond legat legatet \
    institutt instituttet hotell hotellet stadion stasjon stasjonen bydel bydelen sykehjem sjukeheim bibliotek biblioteket \
    forlag avis tidende tingrett lagmannsrett bispedømme menighet lufthavn havn hamn videregående vidaregåande vgs \
    street road avenue square lane university school hospital college council county foundation museum library \
    bakeri kafé kafe bokhandel ";

/// Names of organisations end so.
const ORGANISATION_ENDINGS: &[&str] = &[
    "banken",
    "tilsynet",
    "tilsynene",
    "etaten",
    "verket",
    "direktoratet",
    "departementet",
    "vesenet",
    "rådet",
    "forbundet",
    "foreningen",
    "foreininga",
    "kassen",
    "kassa",
    "instituttet",
    "institutt",
    "senteret",
    "skolen",
    "skulen",
    "posten",
    "selskapet",
    "partiet",
    "kommune",
    "kommunen",
    "fondet",
    "stiftelsen",
    "stiftinga",
    "sykehuset",
    "sjukehuset",
    "ombudet",
    "styret",
    "utvalget",
    "utvalet",
    "avdelingen",
    "avdelinga",
    "seksjonen",
    "laget",
    "bladet",
    "avisen",
    "avisa",
    "tidende",
    "universitetet",
    "høgskolen",
    "høyskolen",
    "biblioteket",
    "museet",
    "kirken",
    "kyrkja",
    "bygget",
    "huset",
    "retten",
    "tinget",
    "rådgivning",
    "gruppen",
    "gruppa",
    "teamet",
    "nett",
    "data",
    "tjenesten",
    "tenesta",
    "portalen",
    "systemet",
    "systemene",
    "systema",
    "plattformen",
    "registeret",
    "register",
    "registrene",
    "loven",
    "lova",
    "planen",
    "meldingen",
    "reformen",
    "prosjektet",
    "programmet",
    "appen",
    "gata",
    "gaten",
    "veien",
    "vegen",
    "plassen",
    "parken",
    "sentrum",
    "fjorden",
    "elva",
    "vannet",
    "vatnet",
    "dalen",
    "ning",
    "else",
    "ighet",
    "somhet",
    "igheit",
    "semd",
    "sjon",
    "isme",
];

/// Words in the names of organisations and places.
const ORGANISATION_PARTS: &str = " kommune fylkeskommune fylke as asa sa da ans ltd inc corp gmbh ab universitet \
    universitetet høgskole høgskolen sykehus sykehuset helse stiftelsen institutt instituttet skole skolen skule senter \
    senteret bymisjon kors barna råd forening forbund lag museum kirke barnehage hotell bank banken forsikring energi \
    kraft data consulting group university college school hospital institute council county street road ministry \
    department bydel sentrum vest øst nord sør aust stasjon lufthavn arena hall videregående ";

/// Second names end so.
const SURNAME_ENDINGS: &[&str] = &[
    "sen", "sson", "datter", "dotter", "dottir", "stad", "rud", "land", "vik", "haug", "berg", "bakken", "bakk", "nes",
    "heim", "moen", "seth", "set", "rød", "tveit", "løkken", "gård", "gaard", "aas", "ås", "eide", "lund", "dal",
    "dahl", "strøm", "bø", "øy", "voll", "engen", "hagen", "haugen", "mark", "skog", "ski", "ska", "wicz", "ova", "ov",
    "ev", "vić", "vic", "ić", "oglu", "yan", "ez", "zadeh", "pour",
];

/// Small words inside of names.
const PARTICLES: &str = " von van der de den af av bin ibn al el la di da dos du ";

/// Before the name of a house, a room or a farm.
const HOUSES: &str = " på i ved rom rommet møterom møterommet møterommene sal salen gård gården gard garden bygg bygget huset hytta \
    barnehagen barnehage skolen skulen sykehjemmet sjukeheimen sykehjem sjukeheim omsorgssenter bofellesskap kurssted hotell \
    hotellet avdeling avdelinga avdelingen gruppe teigen eigedomen eiendommen firma firmaet bedriften selskapet at room ";
