/** How much is flown: small counts in `npm test`, large ones where the environment asks for them. Read here and nowhere else. */
const count = (name: string, usual: number): number => {
  const wanted = Number(process.env[name]);
  return Number.isInteger(wanted) && wanted > 0 ? wanted : usual;
};

/** Random reorderings of each recorded call. */
export const FLIGHT_RUNS = count('FLIGHT_RUNS', 100);
/** Every chance in a flight comes from here; another seed is another set of faults. */
export const FLIGHT_SEED = count('FLIGHT_SEED', 1);
/** The people of the campaigns in virtual time, and for how many days. */
export const CAMPAIGN_PEOPLE = count('CAMPAIGN_PEOPLE', 500);
export const CAMPAIGN_DAYS = count('CAMPAIGN_DAYS', 4);
/** The calls whose FHIR Bundles are held against the official definitions. */
export const FHIR_CALLS = count('FHIR_CALLS', 60);
