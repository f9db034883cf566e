namespace Wearable.Contract
{
    /// <summary>Ids of wearables, turns and commands: <c>[a-z0-9-]{1,32}</c>, so that they fit a topic level and every tool's own rules.</summary>
    public static class Ids
    {
        /// <summary>Longest id.</summary>
        public const int MaxLength = 32;

        /// <summary>True when the text is an id.</summary>
        public static bool IsValid(string id)
        {
            if (id == null || id.Length == 0 || id.Length > MaxLength)
            {
                return false;
            }

            for (int i = 0; i < id.Length; i++)
            {
                char c = id[i];
                if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
                {
                    return false;
                }
            }

            return true;
        }
    }
}
