using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using V = System.Runtime.Intrinsics.Vector256<float>;

namespace Wearable.Training;

/// <summary>
/// The inner loops of training on rows of 24 floats, three vectors of eight. Four rows (or four inputs) at a time, so that twelve
/// sums stay in registers: about four times as fast as one row at a time. Counts of rows are multiples of four.
/// </summary>
internal static class Rows24
{
    private const int C = FloatNet.C;

    /// <summary>result[i] = sum over k of x[i, k] * w[k].</summary>
    public static void Multiply(float[] x, int inputs, int n, float[] w, float[] result)
    {
        ref float x0 = ref MemoryMarshal.GetArrayDataReference(x);
        ref float w0 = ref MemoryMarshal.GetArrayDataReference(w);
        ref float r0 = ref MemoryMarshal.GetArrayDataReference(result);
        for (int i = 0; i < n; i += 4)
        {
            V a0 = default, a1 = default, a2 = default, b0 = default, b1 = default, b2 = default;
            V c0 = default, c1 = default, c2 = default, d0 = default, d1 = default, d2 = default;
            ref float xa = ref Unsafe.Add(ref x0, i * inputs);
            for (int k = 0; k < inputs; k++)
            {
                ref float wk = ref Unsafe.Add(ref w0, k * C);
                V p = Vector256.LoadUnsafe(ref wk), q = Vector256.LoadUnsafe(ref wk, 8), r = Vector256.LoadUnsafe(ref wk, 16);
                V v = Vector256.Create(Unsafe.Add(ref xa, k));
                a0 = Vector256.FusedMultiplyAdd(v, p, a0);
                a1 = Vector256.FusedMultiplyAdd(v, q, a1);
                a2 = Vector256.FusedMultiplyAdd(v, r, a2);
                v = Vector256.Create(Unsafe.Add(ref xa, inputs + k));
                b0 = Vector256.FusedMultiplyAdd(v, p, b0);
                b1 = Vector256.FusedMultiplyAdd(v, q, b1);
                b2 = Vector256.FusedMultiplyAdd(v, r, b2);
                v = Vector256.Create(Unsafe.Add(ref xa, 2 * inputs + k));
                c0 = Vector256.FusedMultiplyAdd(v, p, c0);
                c1 = Vector256.FusedMultiplyAdd(v, q, c1);
                c2 = Vector256.FusedMultiplyAdd(v, r, c2);
                v = Vector256.Create(Unsafe.Add(ref xa, 3 * inputs + k));
                d0 = Vector256.FusedMultiplyAdd(v, p, d0);
                d1 = Vector256.FusedMultiplyAdd(v, q, d1);
                d2 = Vector256.FusedMultiplyAdd(v, r, d2);
            }

            ref float o = ref Unsafe.Add(ref r0, i * C);
            Store(ref o, a0, a1, a2);
            Store(ref Unsafe.Add(ref o, C), b0, b1, b2);
            Store(ref Unsafe.Add(ref o, 2 * C), c0, c1, c2);
            Store(ref Unsafe.Add(ref o, 3 * C), d0, d1, d2);
        }
    }

    /// <summary>result[i, k] = g[i] . w[k], for 24 inputs.</summary>
    public static void MultiplyTransposed(float[] g, int n, float[] w, float[] scratch, float[] result)
    {
        for (int k = 0; k < C; k++)
        {
            for (int c = 0; c < C; c++)
            {
                scratch[c * C + k] = w[k * C + c];
            }
        }

        Multiply(g, C, n, scratch, result);
    }

    /// <summary>sum[k] += sum over i of x[i, k] * g[i].</summary>
    public static void AddOuter(float[] x, int inputs, int n, float[] g, float[] sum)
    {
        ref float x0 = ref MemoryMarshal.GetArrayDataReference(x);
        ref float g0 = ref MemoryMarshal.GetArrayDataReference(g);
        for (int k = 0; k < inputs; k += 4)
        {
            V a0 = default, a1 = default, a2 = default, b0 = default, b1 = default, b2 = default;
            V c0 = default, c1 = default, c2 = default, d0 = default, d1 = default, d2 = default;
            for (int i = 0; i < n; i++)
            {
                ref float gi = ref Unsafe.Add(ref g0, i * C);
                ref float xi = ref Unsafe.Add(ref x0, i * inputs + k);
                V p = Vector256.LoadUnsafe(ref gi), q = Vector256.LoadUnsafe(ref gi, 8), r = Vector256.LoadUnsafe(ref gi, 16);
                V v = Vector256.Create(xi);
                a0 = Vector256.FusedMultiplyAdd(v, p, a0);
                a1 = Vector256.FusedMultiplyAdd(v, q, a1);
                a2 = Vector256.FusedMultiplyAdd(v, r, a2);
                v = Vector256.Create(Unsafe.Add(ref xi, 1));
                b0 = Vector256.FusedMultiplyAdd(v, p, b0);
                b1 = Vector256.FusedMultiplyAdd(v, q, b1);
                b2 = Vector256.FusedMultiplyAdd(v, r, b2);
                v = Vector256.Create(Unsafe.Add(ref xi, 2));
                c0 = Vector256.FusedMultiplyAdd(v, p, c0);
                c1 = Vector256.FusedMultiplyAdd(v, q, c1);
                c2 = Vector256.FusedMultiplyAdd(v, r, c2);
                v = Vector256.Create(Unsafe.Add(ref xi, 3));
                d0 = Vector256.FusedMultiplyAdd(v, p, d0);
                d1 = Vector256.FusedMultiplyAdd(v, q, d1);
                d2 = Vector256.FusedMultiplyAdd(v, r, d2);
            }

            AddTo(sum, k * C, a0, a1, a2);
            AddTo(sum, (k + 1) * C, b0, b1, b2);
            AddTo(sum, (k + 2) * C, c0, c1, c2);
            AddTo(sum, (k + 3) * C, d0, d1, d2);
        }
    }

    /// <summary>Mean and variance of each column.</summary>
    public static void Moments(float[] x, int n, float[] mean, float[] variance)
    {
        ref float x0 = ref MemoryMarshal.GetArrayDataReference(x);
        for (int c = 0; c < C; c += 8)
        {
            V sum = default, square = default;
            for (int i = 0; i < n; i++)
            {
                V v = Vector256.LoadUnsafe(ref x0, (nuint)(i * C + c));
                sum += v;
                square = Vector256.FusedMultiplyAdd(v, v, square);
            }

            V m = sum / n;
            m.CopyTo(mean, c);
            Vector256.Max(square / n - m * m, default).CopyTo(variance, c);
        }
    }

    /// <summary>normal = (x - mean) * inverse; result = normal * gain + bias, clipped to 0..ceiling.</summary>
    public static void Normalise(float[] x, int n, float[] mean, float[] inverse, float[] gain, float[] bias, float ceiling, float[] normal, float[] result)
    {
        ref float x0 = ref MemoryMarshal.GetArrayDataReference(x);
        ref float u0 = ref MemoryMarshal.GetArrayDataReference(normal);
        ref float r0 = ref MemoryMarshal.GetArrayDataReference(result);
        V top = Vector256.Create(ceiling);
        for (int c = 0; c < C; c += 8)
        {
            V m = At(mean, c), s = At(inverse, c), g = At(gain, c), b = At(bias, c);
            for (int i = 0; i < n; i++)
            {
                nuint o = (nuint)(i * C + c);
                V u = (Vector256.LoadUnsafe(ref x0, o) - m) * s;
                u.StoreUnsafe(ref u0, o);
                Vector256.Min(Vector256.Max(Vector256.FusedMultiplyAdd(u, g, b), default), top).StoreUnsafe(ref r0, o);
            }
        }
    }

    /// <summary>Slopes through <see cref="Normalise"/> with batch statistics.</summary>
    public static void BackNormalise(float[] slope, float[] output, float[] normal, int n, float ceiling, float[] gain, float[] biasSlope, float[] gainSlope, float[] inverse, float[] result)
    {
        ref float s0 = ref MemoryMarshal.GetArrayDataReference(slope);
        ref float y0 = ref MemoryMarshal.GetArrayDataReference(output);
        ref float u0 = ref MemoryMarshal.GetArrayDataReference(normal);
        ref float r0 = ref MemoryMarshal.GetArrayDataReference(result);
        V top = Vector256.Create(ceiling);
        for (int c = 0; c < C; c += 8)
        {
            V sum = default, sumNormal = default, g = At(gain, c);
            for (int i = 0; i < n; i++)
            {
                nuint o = (nuint)(i * C + c);
                V y = Vector256.LoadUnsafe(ref y0, o);
                V d = Vector256.LoadUnsafe(ref s0, o) & Vector256.GreaterThan(y, default) & Vector256.LessThan(y, top);
                sum += d;
                sumNormal = Vector256.FusedMultiplyAdd(d, Vector256.LoadUnsafe(ref u0, o), sumNormal);
                d.StoreUnsafe(ref r0, o);
            }

            (At(biasSlope, c) + sum).CopyTo(biasSlope, c);
            (At(gainSlope, c) + sumNormal).CopyTo(gainSlope, c);
            V scale = g * At(inverse, c), mean = sum / n, meanNormal = sumNormal / n;
            for (int i = 0; i < n; i++)
            {
                nuint o = (nuint)(i * C + c);
                V d = Vector256.LoadUnsafe(ref r0, o) - mean - Vector256.LoadUnsafe(ref u0, o) * meanNormal;
                (d * scale).StoreUnsafe(ref r0, o);
            }
        }
    }

    private static V At(float[] x, int i) => Vector256.Create(x.AsSpan(i, 8));

    private static void Store(ref float at, V a, V b, V c)
    {
        a.StoreUnsafe(ref at);
        b.StoreUnsafe(ref at, 8);
        c.StoreUnsafe(ref at, 16);
    }

    private static void AddTo(float[] sum, int at, V a, V b, V c)
    {
        (At(sum, at) + a).CopyTo(sum, at);
        (At(sum, at + 8) + b).CopyTo(sum, at + 8);
        (At(sum, at + 16) + c).CopyTo(sum, at + 16);
    }
}
