/** The fields of a patient and of a consent, for whichever form holds them. */
import { STATE_ZONES } from '../../domain/campaign/area-codes.ts';
import { control, Field, type FormState, SelectField } from './form-field.tsx';

const ZONES = [...new Set([...STATE_ZONES.values()].flat())].sort();
const STATES = [...STATE_ZONES.keys()].sort();
const zoneName = (zone: string): string =>
  zone
    .slice(zone.indexOf('/') + 1)
    .replaceAll('_', ' ')
    .replaceAll('/', ', ');

export const PatientFields = ({ form, today }: { form: FormState; today: string }) => {
  const zone = form.values['time_zone'] ?? '';
  const zones = zone === '' || ZONES.includes(zone) ? ZONES : [zone, ...ZONES];
  return (
    <div class="pair">
      <Field form={form} name="first_name" label="First name">
        <input {...control(form, 'first_name')} maxlength={100} autocomplete="off" />
      </Field>
      <Field form={form} name="last_name" label="Family name">
        <input {...control(form, 'last_name')} maxlength={100} autocomplete="off" />
      </Field>
      <Field form={form} name="date_of_birth" label="Birth date" hint="Asked of whoever answers, before anything else.">
        <input {...control(form, 'date_of_birth', true)} type="date" min="1900-01-01" max={today} />
      </Field>
      <Field form={form} name="phone_number" label="Telephone number" hint="A US number of ten digits.">
        <input {...control(form, 'phone_number', true)} type="tel" required autocomplete="off" />
      </Field>
      <Field form={form} name="external_id" label="Record number" hint="As your other systems know the patient.">
        <input {...control(form, 'external_id', true)} maxlength={64} autocomplete="off" />
      </Field>
      <SelectField
        form={form}
        name="language"
        label="Language"
        options={[
          ['en', 'English'],
          ['es', 'Spanish'],
        ]}
      />
      <SelectField
        form={form}
        name="state"
        label="State"
        hint="Where they live; it says when they may be called."
        options={[['', 'Not known'], ...STATES.map((state) => [state, state] as const)]}
      />
      <SelectField
        form={form}
        name="time_zone"
        label="Time zone"
        hint="Only if it is not that of the state and number."
        options={[['', 'Not known'], ...zones.map((each) => [each, zoneName(each)] as const)]}
      />
    </div>
  );
};

const BASES = [
  ['number_given_by_patient', 'The patient gave us this number'],
  ['verbal', 'Verbal consent'],
  ['written', 'Written consent'],
] as const;

interface ConsentView {
  readonly form: FormState;
  readonly today: string;
  /** What not to state one means; null: it has to be stated. */
  readonly none: string | null;
  /** Where two such forms are on a page. */
  readonly prefix?: string;
}

export const ConsentFields = ({ form, today, none, prefix = '' }: ConsentView) => (
  <>
    <SelectField
      form={form}
      name={`${prefix}consent_basis`}
      label="Basis"
      options={[['', none ?? 'Choose…'], ...BASES]}
    />
    <div {...(none === null ? {} : { 'data-needs': `${prefix}consent_basis` })}>
      <div class="pair">
        <Field form={form} name={`${prefix}consent_obtained_at`} label="Obtained on">
          <input {...control(form, `${prefix}consent_obtained_at`)} type="date" min="1900-01-01" max={today} />
        </Field>
        <Field form={form} name={`${prefix}consent_obtained_by`} label="Obtained by">
          <input
            {...control(form, `${prefix}consent_obtained_by`)}
            maxlength={200}
            autocomplete="off"
            placeholder="Front desk"
          />
        </Field>
      </div>
      <Field form={form} name={`${prefix}consent_evidence`} label="Evidence">
        <input
          {...control(form, `${prefix}consent_evidence`)}
          maxlength={2000}
          autocomplete="off"
          placeholder="Registration form, page 2"
        />
      </Field>
    </div>
  </>
);
