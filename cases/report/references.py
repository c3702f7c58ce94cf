"""The works that a run may rest on: how a text names them, and the entry of a list."""

REFERENCES = {
    "duputel2014": (
        "Duputel et al. 2014",
        "Duputel, Z., Agram, P. S., Simons, M., Minson, S. E., Beck, J. L. (2014). Accounting for prediction"
        " uncertainty when inferring subsurface fault slip. Geophys. J. Int. 197, 464-482. doi:10.1093/gji/ggt517",
    ),
    "efron1993": (
        "Efron & Tibshirani 1993",
        "Efron, B., Tibshirani, R. (1993). An Introduction to the Bootstrap. Chapman & Hall, New York.",
    ),
    "foreman2013": (
        "Foreman-Mackey et al. 2013",
        "Foreman-Mackey, D., Hogg, D. W., Lang, D., Goodman, J. (2013). emcee: the MCMC hammer. Publ. Astron."
        " Soc. Pac. 125, 306-312. doi:10.1086/670067",
    ),
    "golub1979": (
        "Golub et al. 1979",
        "Golub, G. H., Heath, M., Wahba, G. (1979). Generalized cross-validation as a method for choosing a good"
        " ridge parameter. Technometrics 21, 215-223. doi:10.1080/00401706.1979.10489751",
    ),
    "haario2001": (
        "Haario et al. 2001",
        "Haario, H., Saksman, E., Tamminen, J. (2001). An adaptive Metropolis algorithm. Bernoulli 7, 223-242.",
    ),
    "hansen1993": (
        "Hansen & O'Leary 1993",
        "Hansen, P. C., O'Leary, D. P. (1993). The use of the L-curve in the regularization of discrete ill-posed"
        " problems. SIAM J. Sci. Comput. 14, 1487-1503. doi:10.1137/0914086",
    ),
    "jonsson2002": (
        "Jonsson et al. 2002",
        "Jonsson, S., Zebker, H., Segall, P., Amelung, F. (2002). Fault slip distribution of the 1999 Mw 7.1"
        " Hector Mine, California, earthquake, estimated from satellite radar and GPS measurements. Bull."
        " Seismol. Soc. Am. 92, 1377-1389. doi:10.1785/0120000922",
    ),
    "king1994": (
        "King et al. 1994",
        "King, G. C. P., Stein, R. S., Lin, J. (1994). Static stress changes and the triggering of earthquakes."
        " Bull. Seismol. Soc. Am. 84, 935-953.",
    ),
    "koch1999": (
        "Koch 1999",
        "Koch, K.-R. (1999). Parameter Estimation and Hypothesis Testing in Linear Models. Springer, Berlin.",
    ),
    "lohman2005": (
        "Lohman & Simons 2005",
        "Lohman, R. B., Simons, M. (2005). Some thoughts on the use of InSAR data to constrain models of surface"
        " deformation: noise structure and data downsampling. Geochem. Geophys. Geosyst. 6, Q01007."
        " doi:10.1029/2004GC000841",
    ),
    "maerten2005": (
        "Maerten et al. 2005",
        "Maerten, F., Resor, P., Pollard, D., Maerten, L. (2005). Inverting for slip on three-dimensional fault"
        " surfaces using angular dislocations. Bull. Seismol. Soc. Am. 95, 1654-1665.",
    ),
    "mai2002": (
        "Mai & Beroza 2002",
        "Mai, P. M., Beroza, G. C. (2002). A spatial random field model to characterize complexity in earthquake"
        " slip. J. Geophys. Res. 107(B11), 2308. doi:10.1029/2001JB000588",
    ),
    "minson2013": (
        "Minson et al. 2013",
        "Minson, S. E., Simons, M., Beck, J. L. (2013). Bayesian inversion for finite fault earthquake source"
        " models I: theory and algorithm. Geophys. J. Int. 194, 1701-1726. doi:10.1093/gji/ggt180",
    ),
    "morozov1966": (
        "Morozov 1966",
        "Morozov, V. A. (1966). On the solution of functional equations by the method of regularization. Soviet"
        " Math. Dokl. 7, 414-417.",
    ),
    "nikkhoo2015": (
        "Nikkhoo & Walter 2015",
        "Nikkhoo, M., Walter, T. R. (2015). Triangular dislocation: an analytical, artefact-free solution."
        " Geophys. J. Int. 201, 1119-1141. doi:10.1093/gji/ggv035",
    ),
    "okada1985": (
        "Okada 1985",
        "Okada, Y. (1985). Surface deformation due to shear and tensile faults in a half-space. Bull. Seismol."
        " Soc. Am. 75, 1135-1154.",
    ),
    "okada1992": (
        "Okada 1992",
        "Okada, Y. (1992). Internal deformation due to shear and tensile faults in a half-space. Bull. Seismol."
        " Soc. Am. 82, 1018-1040.",
    ),
    "pakman2014": (
        "Pakman & Paninski 2014",
        "Pakman, A., Paninski, L. (2014). Exact Hamiltonian Monte Carlo for truncated multivariate Gaussians. J."
        " Comput. Graph. Stat. 23, 518-542. doi:10.1080/10618600.2013.788448",
    ),
    "simons2002": (
        "Simons et al. 2002",
        "Simons, M., Fialko, Y., Rivera, L. (2002). Coseismic deformation from the 1999 Mw 7.1 Hector Mine,"
        " California, earthquake as inferred from InSAR and GPS observations. Bull. Seismol. Soc. Am. 92,"
        " 1390-1402. doi:10.1785/0120000933",
    ),
    "vehtari2021": (
        "Vehtari et al. 2021",
        "Vehtari, A., Gelman, A., Simpson, D., Carpenter, B., Buerkner, P.-C. (2021). Rank-normalization,"
        " folding, and localization: an improved R-hat for assessing convergence of MCMC. Bayesian Anal. 16,"
        " 667-718. doi:10.1214/20-BA1221",
    ),
    "yabuki1992": (
        "Yabuki & Matsu'ura 1992",
        "Yabuki, T., Matsu'ura, M. (1992). Geodetic data inversion using a Bayesian information criterion for"
        " spatial distribution of fault slip. Geophys. J. Int. 109, 363-375."
        " doi:10.1111/j.1365-246X.1992.tb00102.x",
    ),
}
"""By key: name and year as cited in a text, and the entry of the list."""
