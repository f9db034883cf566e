/** Asks the gateway; a refusal becomes an error with its sentence. */
export async function json(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error((await response.json().catch(() => null))?.error ?? `${path}: ${response.status}`);
  return response.status === 204 ? null : response.json();
}

export const of = id => `device=${encodeURIComponent(id)}`;
