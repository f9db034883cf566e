using System.Reflection;

namespace Wearable.Meter;

/// <summary>
/// Bytes that objects take in the chip's heap (32 bit, measured on the real interpreter, rounded up to 12): byte[n] n + 20,
/// short[n] 2n + 28, int[n] 4n + 20, long[n] 8n + 28, references 12n + 24, an object 12 + 12 per field, a string n + 20.
/// </summary>
public static class ChipMemory
{
    /// <summary>Everything reachable from an object through fields, each thing once; static fields and types of other assemblies are left out.</summary>
    /// <param name="root">Where to start.</param>
    /// <param name="ours">Tells whether a type's fields are followed.</param>
    public static long Held(object root, Predicate<Type> ours)
    {
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Stack<object> open = new();
        open.Push(root);
        long bytes = 0;
        while (open.TryPop(out object? next))
        {
            if (!seen.Add(next))
            {
                continue;
            }

            bytes += RoundUp(SizeOf(next));
            Follow(next, ours, open);
        }

        return bytes;
    }

    /// <summary>As <see cref="Held(object, Predicate{Type})"/>, with the static arrays and objects of whole assemblies: the chip makes them all at boot.</summary>
    public static long Held(object root, params Assembly[] assemblies)
    {
        Predicate<Type> ours = t => assemblies.Contains(t.Assembly);
        List<object> roots = [root];
        foreach (FieldInfo field in assemblies.SelectMany(a => a.GetTypes()).Where(t => !t.IsEnum && !t.ContainsGenericParameters)
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)))
        {
            if (!field.IsLiteral && field.GetValue(null) is { } value && (value is string or Array || ours(value.GetType())))
            {
                roots.Add(value);
            }
        }

        return Held(roots.ToArray(), ours) - RoundUp(ArraySize(typeof(object), roots.Count));
    }

    private static void Follow(object item, Predicate<Type> ours, Stack<object> open)
    {
        Type type = item.GetType();
        if (type.IsArray)
        {
            if (!type.GetElementType()!.IsPrimitive)
            {
                foreach (object? element in (Array)item)
                {
                    Push(element, ours, open);
                }
            }

            return;
        }

        for (Type? t = type; t is not null && ours(t); t = t.BaseType)
        {
            foreach (FieldInfo field in t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (!field.FieldType.IsPrimitive && !field.FieldType.IsEnum)
                {
                    Push(field.GetValue(item), ours, open);
                }
            }
        }
    }

    private static void Push(object? item, Predicate<Type> ours, Stack<object> open)
    {
        if (item is not null && (item is string || item.GetType().IsArray || ours(item.GetType())))
        {
            open.Push(item);
        }
    }

    private static long SizeOf(object item)
    {
        if (item is string s)
        {
            return s.Length + 20;
        }

        if (item is Array a)
        {
            return ArraySize(a.GetType().GetElementType()!, a.Length);
        }

        int fields = 0;
        for (Type? t = item.GetType(); t is not null && t != typeof(object); t = t.BaseType)
        {
            fields += t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Length;
        }

        return 12 + (12L * fields);
    }

    private static long ArraySize(Type element, long n) => Type.GetTypeCode(element) switch
    {
        TypeCode.Byte or TypeCode.SByte or TypeCode.Boolean => n + 20,
        TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Char => (2 * n) + 28,
        TypeCode.Int64 or TypeCode.UInt64 => (8 * n) + 28,
        TypeCode.Object or TypeCode.String => (12 * n) + 24,
        _ => (4 * n) + 20,
    };

    private static long RoundUp(long bytes) => (bytes + 11) / 12 * 12;
}
