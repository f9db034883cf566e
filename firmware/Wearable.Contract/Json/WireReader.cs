using System.Text;

namespace Wearable.Contract
{
    /// <summary>
    /// The one reader of payloads. <see cref="Load"/> checks the whole payload as one flat JSON object of at most
    /// <see cref="WireWriter.MaxBytes"/> bytes; the getters check each field once. After that the values are trusted.
    /// Unknown fields are ignored, missing or wrong ones are refused with the field's name. Reused; not for two threads.
    /// </summary>
    public sealed class WireReader
    {
        /// <summary>Most fields in one payload.</summary>
        public const int MaxFields = 40;

        private const int KindText = 0, KindNumber = 1, KindTrue = 2, KindFalse = 3, KindNull = 4, KindList = 5;

        private readonly string[] _names = new string[MaxFields];
        private readonly int[] _kinds = new int[MaxFields];
        private readonly int[] _starts = new int[MaxFields];
        private readonly int[] _ends = new int[MaxFields];
        private string _message = "";
        private byte[] _payload;
        private int _length;
        private int _at;
        private int _count;

        /// <summary>Fields in the loaded payload.</summary>
        public int FieldCount
        {
            get { return _count; }
        }

        /// <summary>Name of one field, in payload order.</summary>
        public string FieldName(int index)
        {
            return _names[index];
        }

        /// <summary>Checks and indexes a payload.</summary>
        /// <param name="message">Name for errors, as in <c>evt/wake</c>.</param>
        /// <param name="payload">UTF-8 JSON; must stay unchanged while this reader is used.</param>
        /// <param name="length">Bytes of it.</param>
        /// <exception cref="WireException">Not one flat JSON object, or too long.</exception>
        public void Load(string message, byte[] payload, int length)
        {
            _message = message;
            _payload = payload;
            _length = length;
            _at = 0;
            _count = 0;
            if (length > WireWriter.MaxBytes)
            {
                throw Refuse("", "at most 1024 bytes expected, got " + length.ToString());
            }

            SkipSpace();
            Expect('{');
            SkipSpace();
            if (Peek() == '}')
            {
                _at++;
            }
            else
            {
                ReadFields();
            }

            SkipSpace();
            if (_at != _length)
            {
                throw Refuse("", "end expected at byte " + _at.ToString() + ", got more");
            }
        }

        /// <summary>True when the field is there and not null.</summary>
        public bool Has(string field)
        {
            int i = Find(field);
            return i >= 0 && _kinds[i] != KindNull;
        }

        /// <summary>A required whole number.</summary>
        public int Int(string field, int min, int max)
        {
            return (int)Long(field, min, max);
        }

        /// <summary>An optional whole number: false when absent or null.</summary>
        public bool TryInt(string field, int min, int max, out int value)
        {
            if (!Has(field))
            {
                value = 0;
                return false;
            }

            value = (int)Long(field, min, max);
            return true;
        }

        /// <summary>A required whole number of 64 bits.</summary>
        public long Long(string field, long min, long max)
        {
            int i = Required(field, "a number");
            if (_kinds[i] != KindNumber)
            {
                throw Refuse(field, "a number expected, got " + Shown(i));
            }

            long value = 0;
            if (!ParseWhole(_starts[i], _ends[i], out value) || value < min || value > max)
            {
                throw Refuse(field, "a whole number from " + min.ToString() + " to " + max.ToString() + " expected, got " + Shown(i));
            }

            return value;
        }

        /// <summary>A required yes or no.</summary>
        public bool Flag(string field)
        {
            int i = Required(field, "true or false");
            if (_kinds[i] != KindTrue && _kinds[i] != KindFalse)
            {
                throw Refuse(field, "true or false expected, got " + Shown(i));
            }

            return _kinds[i] == KindTrue;
        }

        /// <summary>A required text of at most <paramref name="maxLength"/> UTF-16 units.</summary>
        public string Text(string field, int maxLength)
        {
            int i = Required(field, "a text");
            if (_kinds[i] != KindText)
            {
                throw Refuse(field, "a text expected, got " + Shown(i));
            }

            string value = Unescape(field, _starts[i], _ends[i]);
            if (value.Length > maxLength)
            {
                throw Refuse(field, "at most " + maxLength.ToString() + " characters expected, got " + value.Length.ToString());
            }

            return value;
        }

        /// <summary>An optional text: <paramref name="absent"/> when the field is absent or null.</summary>
        public string TextOr(string field, int maxLength, string absent)
        {
            return Has(field) ? Text(field, maxLength) : absent;
        }

        /// <summary>A required id, see <see cref="Ids"/>.</summary>
        public string Id(string field)
        {
            string value = Text(field, WireWriter.MaxBytes);
            if (!Ids.IsValid(value))
            {
                throw Refuse(field, "1 to 32 of a-z, 0-9 and - expected, got \"" + value + "\"");
            }

            return value;
        }

        /// <summary>A required text out of a list.</summary>
        /// <returns>Its index in <paramref name="allowed"/>.</returns>
        public int OneOf(string field, string[] allowed)
        {
            string value = Text(field, WireWriter.MaxBytes);
            for (int i = 0; i < allowed.Length; i++)
            {
                if (allowed[i] == value)
                {
                    return i;
                }
            }

            string list = "";
            for (int i = 0; i < allowed.Length; i++)
            {
                list = list + (i == 0 ? "" : ", ") + allowed[i];
            }

            throw Refuse(field, "one of " + list + " expected, got \"" + value + "\"");
        }

        /// <summary>A required list of whole numbers.</summary>
        /// <param name="field">Name.</param>
        /// <param name="into">Receives them; its length is the most allowed.</param>
        /// <param name="min">Least value.</param>
        /// <param name="max">Greatest value.</param>
        /// <returns>How many.</returns>
        public int Ints(string field, int[] into, int min, int max)
        {
            int f = Required(field, "a list of numbers");
            if (_kinds[f] != KindList)
            {
                throw Refuse(field, "a list of numbers expected, got " + Shown(f));
            }

            int count = 0;
            int at = _starts[f];
            int end = _ends[f];
            while (at < end)
            {
                int stop = at;
                while (stop < end && _payload[stop] != ',')
                {
                    stop++;
                }

                long value;
                if (!ParseWhole(at, stop, out value) || value < min || value > max)
                {
                    throw Refuse(field, "whole numbers from " + min.ToString() + " to " + max.ToString() + " expected, got " + Shown(f));
                }

                if (count == into.Length)
                {
                    throw Refuse(field, "at most " + into.Length.ToString() + " numbers expected, got more");
                }

                into[count++] = (int)value;
                at = stop + 1;
            }

            return count;
        }

        /// <summary>A refusal in this message's name, for rules that span fields.</summary>
        public WireException Refuse(string field, string problem)
        {
            return new WireException(_message, field, problem);
        }

        private void ReadFields()
        {
            while (true)
            {
                SkipSpace();
                Expect('"');
                int nameStart = _at;
                ScanText();
                string name = Unescape("", nameStart, _at - 1);
                SkipSpace();
                Expect(':');
                SkipSpace();
                if (Find(name) >= 0)
                {
                    throw Refuse(name, "stands twice");
                }

                if (_count == MaxFields)
                {
                    throw Refuse("", "at most 40 fields expected, got more");
                }

                _names[_count] = name;
                ReadValue(name);
                _count++;
                SkipSpace();
                if (Peek() == ',')
                {
                    _at++;
                    continue;
                }

                Expect('}');
                return;
            }
        }

        private void ReadValue(string name)
        {
            int c = Peek();
            int start = _at;
            int kind;
            if (c == '"')
            {
                _at++;
                start = _at;
                ScanText();
                kind = KindText;
                _ends[_count] = _at - 1;
            }
            else if (c == '[')
            {
                _at++;
                start = _at;
                while (_at < _length && _payload[_at] != ']')
                {
                    int b = _payload[_at];
                    if (!IsNumberByte(b) && b != ',' && b != ' ')
                    {
                        throw Refuse(name, "a list of numbers expected, got byte " + b.ToString() + " in it");
                    }

                    _at++;
                }

                _ends[_count] = _at;
                Expect(']');
                kind = KindList;
            }
            else if (c == '{')
            {
                throw Refuse(name, "a flat value expected, got an object");
            }
            else
            {
                while (_at < _length && (IsNumberByte(_payload[_at]) || (_payload[_at] >= 'a' && _payload[_at] <= 'z')))
                {
                    _at++;
                }

                _ends[_count] = _at;
                kind = WordKind(name, start, _at);
            }

            _kinds[_count] = kind;
            _starts[_count] = start;
        }

        private int WordKind(string name, int start, int end)
        {
            if (Matches(start, end, "true"))
            {
                return KindTrue;
            }

            if (Matches(start, end, "false"))
            {
                return KindFalse;
            }

            if (Matches(start, end, "null"))
            {
                return KindNull;
            }

            if (end > start && IsNumberByte(_payload[start]))
            {
                return KindNumber;
            }

            throw Refuse(name, "a JSON value expected at byte " + start.ToString());
        }

        private bool Matches(int start, int end, string word)
        {
            if (end - start != word.Length)
            {
                return false;
            }

            for (int i = 0; i < word.Length; i++)
            {
                if (_payload[start + i] != word[i])
                {
                    return false;
                }
            }

            return true;
        }

        private static bool IsNumberByte(int b)
        {
            return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
        }

        // Leaves _at behind the closing quote.
        private void ScanText()
        {
            while (_at < _length)
            {
                int b = _payload[_at++];
                if (b == '"')
                {
                    return;
                }

                if (b == '\\')
                {
                    _at++;
                }
                else if (b < 0x20)
                {
                    throw Refuse("", "control character " + b.ToString() + " inside a text");
                }
            }

            throw Refuse("", "a text without end");
        }

        private string Unescape(string field, int start, int end)
        {
            bool plain = true;
            for (int i = start; i < end; i++)
            {
                if (_payload[i] == '\\')
                {
                    plain = false;
                    break;
                }
            }

            if (plain)
            {
                return Encoding.UTF8.GetString(_payload, start, end - start);
            }

            string text = "";
            int from = start;
            int at = start;
            while (at < end)
            {
                if (_payload[at] != '\\')
                {
                    at++;
                    continue;
                }

                text = text + Encoding.UTF8.GetString(_payload, from, at - from);
                int c = _payload[at + 1];
                if (c == 'u')
                {
                    if (at + 6 > end)
                    {
                        throw Refuse(field, "four hex digits expected after \\u");
                    }

                    int code = 0;
                    for (int i = 2; i < 6; i++)
                    {
                        code = (code << 4) | HexValue(field, _payload[at + i]);
                    }

                    text = text + new string((char)code, 1);
                    at += 6;
                }
                else
                {
                    text = text + new string(Escaped(field, c), 1);
                    at += 2;
                }

                from = at;
            }

            return text + Encoding.UTF8.GetString(_payload, from, end - from);
        }

        private char Escaped(string field, int c)
        {
            switch (c)
            {
                case '"': return '"';
                case '\\': return '\\';
                case '/': return '/';
                case 'b': return '\b';
                case 'f': return '\f';
                case 'n': return '\n';
                case 'r': return '\r';
                case 't': return '\t';
                default: throw Refuse(field, "unknown escape \\ byte " + c.ToString());
            }
        }

        private int HexValue(string field, int c)
        {
            if (c >= '0' && c <= '9')
            {
                return c - '0';
            }

            int lower = c | 0x20;
            if (lower >= 'a' && lower <= 'f')
            {
                return lower - 'a' + 10;
            }

            throw Refuse(field, "four hex digits expected after \\u");
        }

        // Whole numbers of at most 18 digits, spaces around allowed; fractions and exponents are refused.
        private bool ParseWhole(int start, int end, out long value)
        {
            value = 0;
            while (start < end && _payload[start] == ' ')
            {
                start++;
            }

            while (end > start && _payload[end - 1] == ' ')
            {
                end--;
            }

            bool negative = start < end && _payload[start] == '-';
            if (negative)
            {
                start++;
            }

            if (start >= end || end - start > 18)
            {
                return false;
            }

            for (int i = start; i < end; i++)
            {
                int digit = _payload[i] - '0';
                if (digit < 0 || digit > 9)
                {
                    return false;
                }

                value = value * 10 + digit;
            }

            if (negative)
            {
                value = -value;
            }

            return true;
        }

        private int Find(string field)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_names[i] == field)
                {
                    return i;
                }
            }

            return -1; // internal: callers turn it into a refusal or "absent"
        }

        private int Required(string field, string wanted)
        {
            int i = Find(field);
            if (i < 0 || _kinds[i] == KindNull)
            {
                throw Refuse(field, wanted + " expected, got nothing");
            }

            return i;
        }

        private string Shown(int i)
        {
            if (_kinds[i] == KindNull)
            {
                return "null";
            }

            int length = _ends[i] - _starts[i];
            return Encoding.UTF8.GetString(_payload, _starts[i], length > 40 ? 40 : length);
        }

        private void SkipSpace()
        {
            while (_at < _length && (_payload[_at] == ' ' || _payload[_at] == '\t' || _payload[_at] == '\n' || _payload[_at] == '\r'))
            {
                _at++;
            }
        }

        private int Peek()
        {
            if (_at >= _length)
            {
                throw Refuse("", "more expected after byte " + _length.ToString() + ", got the end");
            }

            return _payload[_at];
        }

        private void Expect(char wanted)
        {
            if (Peek() != wanted)
            {
                throw Refuse("", "'" + new string(wanted, 1) + "' expected at byte " + _at.ToString() + ", got byte " + _payload[_at].ToString());
            }

            _at++;
        }
    }
}
