/** Narrows a list down to what was asked: one version of a questionnaire, of those that are on offer and the one that was come from. */
interface VersionFieldView {
  readonly versions: readonly { readonly id: string; readonly version: number }[];
  /** `<questionnaire>:<version>`. */
  readonly chosen: string | null;
}

export const VersionField = ({ versions, chosen }: VersionFieldView) => {
  const offered = versions.map(({ id, version }) => `${id}:${version}`);
  return (
    <span class="filter-field">
      <label for="version">Questionnaire</label>
      <select id="version" name="version">
        <option value="">All</option>
        {[...new Set([...offered, ...(chosen === null ? [] : [chosen])])].map((each) => (
          <option value={each} selected={each === chosen}>
            {each.replace(':', ', version ')}
          </option>
        ))}
      </select>
    </span>
  );
};
