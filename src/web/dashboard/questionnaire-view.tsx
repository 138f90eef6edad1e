/** A questionnaire as a clinician reads it before approving: every question in both languages, its answers, and what raises a red flag. */
import { type Item, LANGUAGES, type Questionnaire, type Texts } from '../../domain/intake/questionnaire.ts';
import type { RedFlagRule } from '../../domain/intake/red-flags.ts';
import { itemTitle, readable, redFlagLabel } from './labels.ts';
import { conditionLabel, LANGUAGE_NAMES, typeLabel } from './questionnaire-labels.ts';

export const QuestionnaireView = ({ questionnaire }: { questionnaire: Questionnaire }) => {
  const { items, redFlags, voicemail, texts = {} } = questionnaire;
  const own = Object.entries(texts);
  return (
    <>
      <h2 id="questions">{`Questions (${items.length})`}</h2>
      <ol class="items" aria-labelledby="questions">
        {items.map((item) => (
          <ItemView item={item} />
        ))}
      </ol>
      <h2 id="red-flags">{`Red flags (${redFlags.length})`}</h2>
      {redFlags.length === 0 ? (
        <p class="empty">No answer interrupts the call.</p>
      ) : (
        <ul class="rules" aria-labelledby="red-flags">
          {redFlags.map((rule) => (
            <RuleView rule={rule} questionnaire={questionnaire} />
          ))}
        </ul>
      )}
      <h2>Around the questions</h2>
      <p>
        {voicemail === 'message'
          ? 'An answering machine hears a neutral message.'
          : 'An answering machine hears nothing: the call ends.'}{' '}
        {own.length === 0
          ? 'Opening, consent, closing and the rest are said in the words that came with the program.'
          : 'These are said in words of its own; the rest in those that came with the program:'}
      </p>
      {own.length === 0 ? null : (
        <dl class="items">
          {own.map(([name, words]) => (
            <div class="item">
              <dt>{readable(name.replaceAll(/([A-Z]|\d+)/g, ' $1').toLowerCase())}</dt>
              <dd>
                <Both texts={words} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
};

const ItemView = ({ item }: { item: Item }) => (
  <li class="item" id={`item-${item.id.replaceAll('.', '-')}`}>
    <p class="item-head">
      <strong>{itemTitle(item.id)}</strong> <span class="quiet">{typeLabel(item)}</span>{' '}
      <code class="item-id">{item.id}</code>
    </p>
    {item.whenYes === undefined ? null : (
      <p class="branch">{`Asked only after yes to “${itemTitle(item.whenYes)}”.`}</p>
    )}
    <Both texts={item.text} />
    {item.type === 'choice' ? (
      <table class="keys">
        <caption class="visually-hidden">{`Answers to ${itemTitle(item.id)}`}</caption>
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">English</th>
            <th scope="col">Spanish</th>
            <th scope="col">In the note</th>
          </tr>
        </thead>
        <tbody>
          {item.options.map(({ key, value, display }) => (
            <tr>
              <th scope="row">{key}</th>
              <td>{display.en}</td>
              <td lang="es">{display.es}</td>
              <td>
                <code>{value}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    ) : null}
    {item.codes === undefined || item.codes.length === 0 ? null : (
      <details id={`codes-${item.id.replaceAll('.', '-')}`} class="origin">
        <summary class="origin-title branch">
          Codes for records<span class="visually-hidden">{` of ${itemTitle(item.id)}`}</span>
        </summary>
        <ul class="phrases">
          {item.codes.map(({ system, code, display }) => (
            <li>
              <code>{code}</code> {`${display} (${system})`}
            </li>
          ))}
        </ul>
      </details>
    )}
  </li>
);

const Both = ({ texts }: { texts: Texts }) => (
  <div class="both">
    {LANGUAGES.map((language) => (
      <p lang={language === 'en' ? undefined : language}>
        <span class="visually-hidden" lang="en">{`${LANGUAGE_NAMES[language]}: `}</span>
        {texts[language]}
      </p>
    ))}
  </div>
);

const RuleView = ({ rule, questionnaire }: { rule: RedFlagRule; questionnaire: Questionnaire }) => (
  <li class="item">
    <p class="item-head">
      <strong>{redFlagLabel(rule.id)}</strong>{' '}
      <span class="quiet">
        {rule.advice === '988' ? 'Told to dial 988 (lifeline), or 911 in danger' : 'Told to dial 911'}
      </span>
    </p>
    {rule.when.map((condition, index) =>
      'phrases' in condition ? (
        <details id={`phrases-${rule.id}-${index}`} class="origin">
          <summary class="origin-title branch">
            {conditionLabel(condition, questionnaire)}
            <span class="visually-hidden">{` of ${redFlagLabel(rule.id)}`}</span>
          </summary>
          <div class="both">
            {LANGUAGES.map((language) => (
              <ul class="phrases" lang={language === 'en' ? undefined : language}>
                {condition.phrases[language].map((phrase) => (
                  <li>{phrase}</li>
                ))}
              </ul>
            ))}
          </div>
        </details>
      ) : (
        <p class="branch">{conditionLabel(condition, questionnaire)}</p>
      ),
    )}
  </li>
);
