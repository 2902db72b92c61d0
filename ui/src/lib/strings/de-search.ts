/** Deutsch, fürs Suchen: Suchfeld, Treffer, Vorschau und der erste Start. */
import type { SearchStrings } from './all';
import { counting } from './counting';

const { number, counted } = counting('de');
const whole = (ms: number) => number(Math.max(1, Math.round(ms)));
const unitNames = { page: 'Seite', slide: 'Folie', sheet: 'Tabelle', chapter: 'Kapitel' };

/** What a document's parts are called; the body of a mail is no place worth telling. */
const placeNames: Record<string, string> = { headers: 'Kopf', notes: 'Notizen', comments: 'Kommentare' };
const placeName = (label: string | null) =>
  label === null || label === 'body' ? null : (placeNames[label] ?? label);

export const searchStrings: SearchStrings = {
  queryLabel: 'Eigene Dateien durchsuchen',
  queryPlaceholder: 'Dateien nach Wort oder Bedeutung durchsuchen',
  clearQuery: 'Suche leeren',
  understood: 'Was an der Suche verstanden wurde',
  judged: (name, isLiked) => `${isLiked ? 'mehr' : 'weniger'} wie ${name}`,
  editPart: (part) => `„${part}“ im Suchfeld ändern`,
  removePart: (part) => `„${part}“ aus der Suche nehmen`,
  results: 'Treffer',
  resultCount: (n) => counted(n, 'Treffer', 'Treffer'),
  resultCountSoFar: (n) => `die besten ${number(n)} Treffer`,
  noResults: 'Keine Treffer',
  searching: 'Suche läuft…',
  stageWords: (ms) => `Wörter ${whole(ms)} ms`,
  stageHybrid: (ms) => `Bedeutung ${whole(ms)} ms`,
  stageReranked: (n, ms) => `${number(n)} nachgeordnet in ${whole(ms)} ms`,
  stageHelp:
    'Zeit bis zu den Treffern nach Wörtern, bis sie auch nach Bedeutung geordnet waren, und wie viele Passagen ein Modell danach las, um die besten nach vorn zu stellen',
  sort: 'Reihenfolge',
  sortHelp: 'Ordnet die bisher gefundenen Treffer anders',
  sorts: { best: 'Beste zuerst', newest: 'Neueste zuerst', name: 'Nach Namen' },
  narrow: 'Eingrenzen',
  narrowHelp: 'Nur in einem Ordner oder nach einer Art von Dateien suchen',
  narrowFolders: 'Ordner',
  narrowTypes: 'Art',
  types: {
    pdf: 'PDF',
    document: 'Textdokumente',
    slides: 'Folien',
    sheet: 'Tabellen',
    mail: 'E-Mails',
    book: 'Bücher',
    web: 'Webseiten',
    image: 'Bilder',
    text: 'Notizen und reiner Text',
    code: 'Quelltext',
  },
  onlyMeaning: 'nur nach Bedeutung',

  history: 'Frühere Suchen',
  forgetSearch: (query) => `Die Suche „${query}“ vergessen`,
  forgetHistory: 'Alle vergessen',
  savedSearches: 'Gespeicherte Suchen',
  saveSearch: 'Diese Suche speichern',
  searchSaved: 'Gespeichert',
  dropSearch: (name) => `Die gespeicherte Suche „${name}“ löschen`,

  place: ({ page, unit, label, line }) => {
    const told = placeName(label);
    if (told !== null && (unit === 'sheet' || page === null)) return told;
    if (page !== null) return `${unitNames[unit]} ${number(page)}${told === null ? '' : ` (${told})`}`;
    return line === null ? null : `Zeile ${number(line)}`;
  },
  scanned: 'gescannt',
  scannedHelp: (confidence) =>
    `In einem Bild erkannt; das Modell ist sich zu ${number(confidence)} % sicher`,
  away: 'nicht erreichbar',
  awayHelp: 'Der Ordner ist gerade nicht erreichbar; dies wurde vorher gelesen',
  copies: (n) => counted(n, 'weitere Kopie', 'weitere Kopien'),
  versions: (n) => `neueste von ${number(n)}`,
  versionsHelp: (older) => `Ältere Fassungen wurden auch gefunden:\n${older.join('\n')}`,
  copiesHelp: 'Andere Dateien mit genau demselben Inhalt',
  passage: 'Stelle',
  morePassages: 'weitere Stellen',
  fewerPassages: 'weniger Stellen',
  noMorePassages: 'keine weitere Stelle',
  morePassagesHelp: 'Weitere Stellen in dieser Datei (Strg+E)',
  nameOnly: 'Am Namen gefunden',
  strength: { strong: 'passt gut', possible: 'passt vielleicht', weak: 'passt kaum' },
  strengthHelp: 'Wie gut die Passage die Suche beantwortet, nach dem Modell, das die Treffer ordnete',
  fileFamily: {
    pdf: 'PDF',
    doc: 'Dokument',
    text: 'Text',
    code: 'Quelltext',
    web: 'Webseite',
    other: 'Datei',
  },

  preview: 'Vorschau',
  previewLoading: 'Vorschau wird geöffnet…',
  previewEmpty: 'Zu dieser Datei ist kein Text gespeichert; sie wird am Namen gefunden.',
  closePreview: 'Vorschau schließen',
  pageOf: (unit, page, pages) => `${unitNames[unit]} ${number(page)} von ${number(pages)}`,
  fromLine: (line) => `Ab Zeile ${number(line)}`,
  previousPage: 'Vorige Seite',
  nextPage: 'Nächste Seite',
  previousHit: 'Vorige Fundstelle',
  nextHit: 'Nächste Fundstelle',
  hitOf: (at, n) => `${number(at)} von ${counted(n, 'Fundstelle', 'Fundstellen')}`,
  larger: 'Text vergrößern',
  smaller: 'Text verkleinern',
  moreBefore: 'Davor geht der Text weiter.',
  moreAfter: 'Danach geht der Text weiter.',
  open: 'Öffnen',
  openedAtStart: (page) =>
    `Ihrem Programm für diese Datei kann keine Seite genannt werden, es beginnt also vorn; die Stelle ist auf Seite ${number(page)}.`,
  reveal: 'Im Ordner zeigen',
  moreLike: 'Mehr davon',
  moreLikeHelp: 'Noch einmal suchen, auch nach dem, was dieser Passage ähnelt',
  lessLike: 'Weniger davon',
  lessLikeHelp: 'Noch einmal suchen nach dem, was dieser Passage weniger ähnelt',
  thisWasIt: 'Das war es',
  thisWasItHelp:
    'Merkt sich, dass diese Datei die Antwort war, damit du messen kannst, ob Suchen sie finden. Das bleibt auf diesem Computer.',
  noted: 'Gemerkt',
  copyPassage: 'Passage kopieren',
  copyQuote: 'Mit Quelle kopieren',
  copied: 'Kopiert',
  quote: (text, source) => `„${text}“\n(${source})`,
  pageAsText: 'Text',
  pageAsPicture: 'Seite',
  partLabels: { notes: 'Notizen', comments: 'Kommentare' },
  mailHeaders: {
    From: 'Von',
    To: 'An',
    Cc: 'Kopie an',
    Bcc: 'Blindkopie an',
    Date: 'Datum',
    Subject: 'Betreff',
  },
  row: 'Zeile',
  inside: (n: number) => counted(n, 'Datei darin', 'Dateien darin'),
  backToOuter: (name: string) => `Zurück zu ${name}`,
  pictureOf: (unit, page) => `${unitNames[unit]} ${number(page)}, wie sie aussieht`,

  welcomeTitle: 'Finde die Passage, nicht nur die Datei',
  welcomeText:
    'Nuthatch liest die Dokumente in den Ordnern, die du auswählst, und findet Passagen darin: nach ihren Wörtern und nach ihrer Bedeutung. Treffer erscheinen, während du tippst.',
  welcomePrivacy: 'Nichts verlässt diesen Computer. Es gibt nichts herunterzuladen und keine Anmeldung.',
  welcomeFolders: 'Wo liegen deine Dokumente?',
  welcomeStart: 'Anfangen',
  welcomeNext:
    'Die ersten Treffer kommen in Sekunden, die neuesten Dokumente zuerst. Gelesen wird im Hintergrund; das lässt sich jederzeit anhalten.',
  chooseFolder: 'Ordner auswählen…',
  chooseOther: 'Anderer Ordner…',
  readyTitle: (files) => `${counted(files, 'Datei kann', 'Dateien können')} durchsucht werden`,
  readyWaiting: (files) => `${counted(files, 'Datei wird', 'Dateien werden')} noch gelesen.`,
  shortcuts: 'Tastatur',
  shortcutChoose: 'Treffer auswählen',
  shortcutOpen: 'Datei öffnen',
  shortcutReveal: 'im Ordner zeigen',
  shortcutPreview: 'Vorschau',
  shortcutPassages: 'weitere Stellen in der Datei',
  launcherWindow: 'im Fenster',
  launcherHide: 'schließen',
  shortcutFocus: 'zurück zum Suchfeld',
  shortcutClear: 'Vorschau schließen, Suche leeren',

  nothingFound: (query) => `Nichts gefunden zu „${query}“`,
  nothingFoundHelp: 'Versuche es mit weniger Wörtern oder mit anderen für dasselbe.',
  nothingFoundWhy: 'Fehlt eine Datei, die hier sein sollte?',
  searchByMeaning: 'Nur nach Bedeutung suchen',
  withoutConditions: 'Ohne die Bedingungen suchen',
  askWhy: 'Den Grund herausfinden',
};
